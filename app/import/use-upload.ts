import { useCallback, useRef, useState } from "react";

export type UploadState = { sent: number; total: number } | { error: string } | undefined;

/**
 * Sends a file as the body of a PUT, and says how far it is; fetch cannot say that. Resolves with the id of the import,
 * or with undefined when it failed or was stopped.
 */
export function useUpload() {
  const [state, setState] = useState<UploadState>();
  const request = useRef<XMLHttpRequest>(null);
  const upload = useCallback(
    (address: string, file: File) =>
      new Promise<string | undefined>((resolve) => {
        const xhr = new XMLHttpRequest();
        (request as { current: XMLHttpRequest | null }).current = xhr;
        const fail = (error: string) => {
          setState({ error });
          resolve(undefined);
        };
        setState({ sent: 0, total: file.size });
        xhr.upload.onprogress = ({ loaded, total }) => setState({ sent: loaded, total });
        xhr.onerror = () => fail("The connection broke before the whole file was sent. Nothing was imported; try again.");
        xhr.onabort = () => {
          setState(undefined);
          resolve(undefined);
        };
        xhr.onload = () => {
          const answer = parse(xhr.responseText);
          if (xhr.status < 300 && answer.id) resolve(answer.id);
          else fail(answer.error ?? refused(xhr.status));
        };
        xhr.open("PUT", address);
        xhr.setRequestHeader("Accept", "application/json");
        xhr.setRequestHeader("Content-Type", "application/octet-stream");
        xhr.send(file);
      }),
    [],
  );
  const stop = useCallback(() => request.current?.abort(), []);
  return { state, upload, stop };
}

/** What an answer without our words means: it is not ours, but that of a proxy before us. */
export const refused = (status: number): string =>
  status === 413
    ? "A proxy in front of Tiebreak takes no files of this size (413). Have its limit raised (nginx: client_max_body_size), or import on the server with: npm run tiebreak -- import."
    : `The server answered ${status}. Nothing was imported; try again.`;

function parse(text: string): { id?: string; error?: string } {
  try {
    return JSON.parse(text) as { id?: string; error?: string };
  } catch {
    return {};
  }
}
