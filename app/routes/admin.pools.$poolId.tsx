import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Form, NavLink, Outlet, useActionData, useLoaderData } from "@remix-run/react";
import { actorOf, requireRole } from "~/auth/guards.server";
import { orResponse, parseForm, userErrorResponse } from "~/http/input.server";
import { archivePool, restorePool } from "~/pools/commands.server";
import { getPool } from "~/pools/queries.server";
import { poolAction } from "~/pools/schema";
import { Badge } from "~/ui/badge";
import { Button, LinkButton } from "~/ui/button";
import { cx } from "~/ui/cx";
import { FormError } from "~/ui/field";
import { PageHeader } from "~/ui/page";

export const meta: MetaFunction<typeof loader> = ({ data }) => [{ title: `${data?.pool.name ?? "Pool"} · Tiebreak` }];

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { role } = await requireRole(request, "admin", "reviewer");
  const { id, name, description, capability, language, archivedAt } = await orResponse(getPool(params.poolId ?? ""));
  return { pool: { id, name, description, capability, language, archivedAt }, mayChange: role === "admin" };
}

export async function action({ request, params }: ActionFunctionArgs) {
  const actor = actorOf(await requireRole(request, "admin"));
  try {
    const { intent } = await parseForm(request, poolAction);
    await (intent === "archive" ? archivePool : restorePool)(actor, params.poolId ?? "");
    return null;
  } catch (error) {
    return userErrorResponse(error);
  }
}

export default function PoolLayout() {
  const { pool, mayChange } = useLoaderData<typeof loader>();
  const failure = useActionData<typeof action>();
  return (
    <>
      <PageHeader title={pool.name} trail={[{ to: "/admin/pools", label: "Pools" }]} description={pool.description}>
        {pool.archivedAt && <Badge tone="warn">Archived</Badge>}
        <Badge>{pool.capability}</Badge>
        <Badge>{pool.language}</Badge>
        {mayChange && <PoolActions id={pool.id} archived={pool.archivedAt !== null} />}
      </PageHeader>
      <FormError>{failure?.error}</FormError>
      <nav aria-label="Pool" className="mb-6 flex gap-1 overflow-x-auto border-b border-line">
        <Tab to="." label="Overview" />
        <Tab to="guidelines" label="Guidelines" />
        {mayChange && <Tab to="settings" label="Settings" />}
        {mayChange && <Tab to="members" label="Members" />}
      </nav>
      <Outlet />
    </>
  );
}

function Tab({ to, label }: { to: string; label: string }) {
  const look = ({ isActive }: { isActive: boolean }) =>
    cx(
      "-mb-px border-b-2 px-3 py-2 text-sm whitespace-nowrap",
      isActive ? "border-accent font-medium text-ink" : "border-transparent text-muted hover:text-ink",
    );
  return (
    <NavLink to={to} end className={look}>
      {label}
    </NavLink>
  );
}

function PoolActions({ id, archived }: { id: string; archived: boolean }) {
  return (
    <>
      {!archived && (
        <LinkButton to={`/admin/imports/new?pool=${id}`} tone="primary">
          Import
        </LinkButton>
      )}
      <Form method="post" action={`/admin/pools/${id}`}>
        <Button type="submit" name="intent" value={archived ? "restore" : "archive"}>
          {archived ? "Restore" : "Archive"}
        </Button>
      </Form>
    </>
  );
}
