import type { ReactNode } from "react";

/** A page that is one card in the middle: signing in, first start, invitations. */
export function CardPage({ title, description, children }: { title: string; description?: ReactNode; children: ReactNode }) {
  return (
    <main id="main" className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <img src="/favicon.svg" alt="" width={40} height={40} className="mb-5" />
        <h1 tabIndex={-1} className="text-xl font-semibold tracking-tight">
          {title}
        </h1>
        {description && <p className="mt-1 text-sm text-muted">{description}</p>}
        <div className="mt-6">{children}</div>
      </div>
    </main>
  );
}
