import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition, useEffect } from "react";
import { hydrateRoot } from "react-dom/client";
import { rememberEarlyInput } from "./shell/take-over";
import { keepCompositionFromHandlers } from "./ui/composition";

keepCompositionFromHandlers();

// Dialogs lock the page's scrolling with a style element, which must carry the page's nonce. The package that writes it
// (get-nonce) looks for it under this name, after webpack's.
Object.assign(window, { __webpack_nonce__: document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce });

void takeOver();

async function takeOver() {
  await dataDecoded();
  startTransition(() => {
    hydrateRoot(
      document,
      <StrictMode>
        <Page handOver={rememberEarlyInput()} />
      </StrictMode>,
    );
  });
}

/**
 * RemixBrowser suspends until the page's data is decoded, and there is no boundary above it: in React 18 a click or a key at that
 * moment ends the whole page ("Root did not complete"). So it is asked once before React runs: it starts to decode, and throws
 * what it waits for.
 */
async function dataDecoded() {
  try {
    RemixBrowser({});
  } catch (waiting) {
    await waiting;
  }
}

function Page({ handOver }: { handOver: () => void }) {
  useEffect(handOver, [handOver]);
  return <RemixBrowser />;
}
