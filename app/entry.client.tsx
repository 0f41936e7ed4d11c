import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { keepCompositionFromHandlers } from "./ui/composition";

keepCompositionFromHandlers();

// Dialogs lock the page's scrolling with a style element, which must carry the page's nonce. The package that writes it
// (get-nonce) looks for it under this name, after webpack's.
Object.assign(window, { __webpack_nonce__: document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce });

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <RemixBrowser />
    </StrictMode>,
  );
});
