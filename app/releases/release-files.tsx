import { useState } from "react";
import { Button } from "../ui/button";
import { bytes, count } from "../ui/number";
import { Card } from "../ui/page";
import type { Manifest } from "./manifest";
import { SPLITS } from "./schema";

/** The files with their hashes, and how to read them. */
export function ReleaseFiles({ number, manifest }: { number: number; manifest: Manifest }) {
  const files = [...manifest.files, { path: "manifest.json", bytes: undefined, sha256: undefined, rows: undefined }];
  return (
    <>
      <Snippet code={snippet(number, manifest)} />
      <Card title="Files" flush>
        <div role="region" aria-label="Files" tabIndex={0} className="overflow-x-auto">
          <table className="w-full text-sm">
            <thead>
              <tr className="border-b border-line text-left text-[0.8125rem] text-muted">
                <th className="px-4 py-2 font-medium">File</th>
                <th className="px-4 py-2 text-right font-medium">Rows</th>
                <th className="px-4 py-2 text-right font-medium">Size</th>
                <th className="px-4 py-2 font-medium">SHA-256</th>
              </tr>
            </thead>
            <tbody>
              {files.map((file) => (
                <tr key={file.path} className="border-b border-line last:border-0">
                  <td className="px-4 py-2 whitespace-nowrap">
                    <a
                      href={`/admin/releases/${number}/download?file=${encodeURIComponent(file.path)}`}
                      download={`release-${number}-${file.path.replaceAll("/", "-")}`}
                      className="text-accent-text underline-offset-2 hover:underline"
                    >
                      {file.path}
                    </a>
                  </td>
                  <td className="px-4 py-2 text-right tabular-nums">{file.rows ? count(file.rows) : ""}</td>
                  <td className="px-4 py-2 text-right whitespace-nowrap tabular-nums">
                    {file.bytes === undefined ? "" : bytes(file.bytes)}
                  </td>
                  <td className="px-4 py-2">
                    <code className="text-xs text-muted">{file.sha256}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
    </>
  );
}

function snippet(number: number, { files }: Manifest): string {
  const splits = SPLITS.filter((split) => files.some((file) => file.path === `${split}.jsonl`));
  const data = splits.map((split) => `    "${split}": "release-${number}/${split}.jsonl",`);
  return `from datasets import load_dataset

release = load_dataset("json", data_files={
${data.join("\n")}
})`;
}

function Snippet({ code }: { code: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    setCopied(true);
  };
  return (
    <Card
      title="Load it in Python"
      actions={
        <Button size="small" onClick={() => void copy()}>
          <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
        </Button>
      }
      flush
    >
      <div role="region" aria-label="Python code" tabIndex={0} className="overflow-x-auto px-4 py-3">
        <pre className="text-[0.8125rem]">
          <code>{code}</code>
        </pre>
      </div>
    </Card>
  );
}
