import { createContext, useContext } from "react";

/** The nonce that the page's own scripts carry. On the server only: the browser hides it from scripts, so there it is empty. */
export const NonceContext = createContext("");
export const useNonce = () => useContext(NonceContext);
