import { useFetcher } from "@remix-run/react";
import { useState } from "react";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { Card, EmptyState } from "../ui/page";
import { RelativeTime } from "../ui/time";
import type { TokenRow } from "./queries.server";

export function TokenList({ tokens, now }: { tokens: TokenRow[]; now: string }) {
  return (
    <Card title="Tokens" flush>
      {tokens.length === 0 && <EmptyState title="No tokens yet">A token lets a program use the HTTP API in your name.</EmptyState>}
      <ul className="divide-y divide-line text-sm">
        {tokens.map((token) => (
          <TokenItem key={token.id} token={token} state={stateOf(token, new Date(now))} />
        ))}
      </ul>
    </Card>
  );
}

type State = { label: string; tone: "ok" | "warn" | "neutral" };

function stateOf({ revokedAt, expiresAt, createdBy }: TokenRow, now: Date): State {
  if (revokedAt) return { label: "Revoked", tone: "neutral" };
  if (expiresAt && expiresAt < now) return { label: "Expired", tone: "warn" };
  if (createdBy.deactivatedAt) return { label: "Account closed", tone: "warn" };
  return { label: "In use", tone: "ok" };
}

function TokenItem({ token, state }: { token: TokenRow; state: State }) {
  const fetcher = useFetcher();
  const [asking, setAsking] = useState(false);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {token.name} <Badge tone={state.tone}>{state.label}</Badge>
        </p>
        <p className="mt-1 flex flex-wrap gap-1.5">
          {token.scopes.map((scope) => (
            <code key={scope} className="rounded bg-raised px-1.5 py-0.5 text-xs text-muted">
              {scope}
            </code>
          ))}
        </p>
        <p className="mt-1 text-[0.8125rem] text-muted">
          by {token.createdBy.name}, <RelativeTime at={token.createdAt} /> ·{" "}
          {token.lastUsedAt ? (
            <>
              last used <RelativeTime at={token.lastUsedAt} />
            </>
          ) : (
            "never used"
          )}
          {token.expiresAt && !token.revokedAt && (
            <>
              {" "}
              · expires <RelativeTime at={token.expiresAt} />
            </>
          )}
        </p>
      </div>
      {!token.revokedAt && (
        <Button size="small" tone="danger" disabled={fetcher.state !== "idle"} onClick={() => setAsking(true)}>
          Revoke<span className="sr-only"> {token.name}</span>
        </Button>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Revoke ${token.name}?`}
        description="Programs that use it are refused from now on. This cannot be taken back."
        confirm="Revoke"
        onConfirm={() => fetcher.submit({ intent: "revoke", id: token.id }, { method: "post" })}
      />
    </li>
  );
}
