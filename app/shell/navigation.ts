import type { Role } from "../generated/prisma/client";

export type NavigationItem = { to: string; label: string; roles: Role[]; group: "Start" | "Data" | "Loop" | "Team" };

/** The side navigation of the admin pages, in order. A page is listed for the roles that its guard lets in. */
export const NAVIGATION: NavigationItem[] = [
  { to: "/admin", label: "Overview", roles: ["admin", "reviewer"], group: "Start" },
  { to: "/admin/pools", label: "Pools", roles: ["admin", "reviewer"], group: "Data" },
  { to: "/admin/prompts", label: "Prompts", roles: ["admin", "reviewer"], group: "Data" },
  { to: "/admin/comparisons", label: "Comparisons", roles: ["admin", "reviewer"], group: "Data" },
  { to: "/admin/imports", label: "Imports", roles: ["admin"], group: "Data" },
  { to: "/admin/releases", label: "Releases", roles: ["admin", "reviewer"], group: "Data" },
  { to: "/admin/models", label: "Models", roles: ["admin"], group: "Loop" },
  { to: "/admin/jobs", label: "Jobs", roles: ["admin"], group: "Loop" },
  { to: "/admin/workers", label: "Workers", roles: ["admin"], group: "Loop" },
  { to: "/admin/playground", label: "Playground", roles: ["admin"], group: "Loop" },
  { to: "/admin/people", label: "People", roles: ["admin", "reviewer"], group: "Team" },
  { to: "/admin/tokens", label: "API tokens", roles: ["admin"], group: "Team" },
  { to: "/admin/audit", label: "Audit log", roles: ["admin"], group: "Team" },
];
