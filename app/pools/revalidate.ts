import type { ShouldRevalidateFunction } from "@remix-run/react";

/** Also after a conflict, which by default reloads nothing: what stands there now is what the next attempt is measured against. */
export const afterConflict: ShouldRevalidateFunction = ({ actionStatus, defaultShouldRevalidate }) =>
  actionStatus === 409 || defaultShouldRevalidate;
