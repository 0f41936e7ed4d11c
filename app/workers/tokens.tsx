import { Form, useNavigation } from "@remix-run/react";
import type { FormFailure } from "~/http/input.server";
import { ExpirySelect } from "~/tokens/expiry-select";
import { Badge } from "~/ui/badge";
import { Button } from "~/ui/button";
import { CopyText } from "~/ui/copy-text";
import { FormError, TextField } from "~/ui/field";
import { Card } from "~/ui/page";
import { RelativeTime } from "~/ui/time";
import type { listWorkerTokens } from "./queries.server";

type Token = Awaited<ReturnType<typeof listWorkerTokens>>[number];
type Result = { created: string | null } | FormFailure | undefined;

/** Makes and revokes the tokens that workers sign in with. */
export function WorkerTokens({ tokens, server, result }: { tokens: Token[]; server: string; result: Result }) {
  const busy = useNavigation().state !== "idle";
  const failure = result && "error" in result ? result : undefined;
  const created = result && "created" in result ? result.created : null;
  return (
    <Card title="Worker tokens">
      <Form method="post" className="flex max-w-xl flex-wrap items-end gap-3">
        <input type="hidden" name="intent" value="create" />
        <div className="min-w-56 flex-1">
          <TextField label="What the token is for" name="name" placeholder="gpu-1" error={failure?.fields.name} required maxLength={100} />
        </div>
        <ExpirySelect start="never" />
        <Button type="submit" tone="primary" disabled={busy}>
          Make token
        </Button>
      </Form>
      {failure && !failure.fields.name && <FormError>{failure.error}</FormError>}
      {created && <NewToken token={created} server={server} />}
      {tokens.length > 0 && (
        <ul className="mt-4 divide-y divide-line">
          {tokens.map((token) => (
            <TokenLine key={token.id} token={token} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function NewToken({ token, server }: { token: string; server: string }) {
  return (
    <div role="status" className="mt-4 flex flex-col gap-3 rounded-md border border-ok/40 bg-ok-soft p-3 text-sm">
      <p className="font-medium">This token is shown once. Keep it in a file on the worker’s machine:</p>
      <CopyText label="Token" text={token} />
      <p>There, with Python 3.11 or later and the platform’s folder “worker”:</p>
      <CopyText label="Command" text={`pip install ./worker && tiebreak-worker run --server ${server} --token-file token.txt`} />
    </div>
  );
}

function TokenLine({ token }: { token: Token }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-2 text-sm">
      <div>
        <span className="font-medium">{token.name}</span> {token.revokedAt && <Badge tone="danger">Revoked</Badge>}
        <div className="text-[0.8125rem] text-muted">
          Made by {token.createdBy.name} <RelativeTime at={token.createdAt} />,{" "}
          {token.lastUsedAt ? (
            <>
              last used <RelativeTime at={token.lastUsedAt} />
            </>
          ) : (
            "never used"
          )}
          {token.expiresAt && !token.revokedAt && (
            <>
              , expires <RelativeTime at={token.expiresAt} />
            </>
          )}
        </div>
      </div>
      {!token.revokedAt && (
        <Form method="post">
          <input type="hidden" name="intent" value="revoke" />
          <input type="hidden" name="tokenId" value={token.id} />
          <Button type="submit" size="small" tone="danger" aria-label={`Revoke token ${token.name}`}>
            Revoke
          </Button>
        </Form>
      )}
    </li>
  );
}
