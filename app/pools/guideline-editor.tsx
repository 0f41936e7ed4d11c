import { Form, useNavigation } from "@remix-run/react";
import { useState } from "react";
import { Markdown } from "~/markdown/markdown";
import { Button } from "~/ui/button";
import { FormError, TextArea } from "~/ui/field";

/**
 * Writes the next version of the guidelines, with what it will look like beside it. What was typed stays when another
 * version comes in between; the server then says so.
 */
export function GuidelineEditor({ body, version, error }: { body: string; version: number; error?: string }) {
  const [text, setText] = useState(body);
  const busy = useNavigation().state !== "idle";
  return (
    <Form method="post" className="grid gap-4 lg:grid-cols-2">
      <div className="flex flex-col gap-3">
        <FormError>{error}</FormError>
        <input type="hidden" name="base" value={version} />
        <TextArea
          label="Guidelines, in Markdown"
          name="body"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={200_000}
          className="min-h-96 font-mono"
          hint={`Saved as version ${version + 1}. Each vote keeps the version that the annotator saw.`}
        />
        <div className="flex gap-2">
          <Button type="submit" tone="primary" disabled={busy || text.trim() === "" || text.trim() === body.trim()}>
            Save version {version + 1}
          </Button>
          <Button onClick={() => setText(body)} disabled={text === body}>
            Undo changes
          </Button>
        </div>
      </div>
      <section aria-label="Preview" className="min-w-0">
        <h2 className="mb-1.5 text-sm font-medium">Preview</h2>
        <div className="rounded-md border border-line bg-surface p-4">
          {text.trim() ? <Markdown source={text} /> : <p className="text-sm text-muted">Nothing yet. What annotators read appears here.</p>}
        </div>
      </section>
    </Form>
  );
}
