import { Form, useNavigation } from "@remix-run/react";
import type { FormFailure } from "~/http/input.server";
import { Button } from "~/ui/button";
import { FormError, Select, TextField } from "~/ui/field";
import { Card } from "~/ui/page";

type Props = { failure: FormFailure | undefined; busy: boolean };

/** Two ways into the registry: a folder on the workers, or a server's address. */
export function RegisterForms({ failure }: { failure: FormFailure | undefined }) {
  const sent = useNavigation().formData?.get("kind");
  return (
    <div className="flex flex-col gap-4">
      <FormError>{failure?.error}</FormError>
      <div className="grid gap-6 lg:grid-cols-2">
        <FolderForm failure={failure} busy={sent === "checkpoint"} />
        <EndpointForm failure={failure} busy={sent === "endpoint"} />
      </div>
    </div>
  );
}

function FolderForm({ failure, busy }: Props) {
  return (
    <Card title="A checkpoint in a folder">
      <Form method="post" className="flex flex-col gap-4">
        <input type="hidden" name="kind" value="checkpoint" />

        <TextField label="Name" name="name" error={failure?.fields.name} required maxLength={100} />
        <TextField
          label="Folder"
          name="path"
          placeholder="/models/llama-3.2-1b"
          hint="On the worker’s machine, with a config.json in it: a Hugging Face model or a LoRA adapter. Every worker that is to use it needs it at the same path."
          error={failure?.fields.path}
          required
        />
        <Select
          label="Task"
          name="task"
          defaultValue="causal"
          hint="A base model, or an encoder that a reward model is to start from, counts as one that writes text."
        >
          <option value="causal">Writes text</option>
          <option value="reward">Scores responses</option>
        </Select>
        <Button type="submit" tone="primary" disabled={busy}>
          Register folder
        </Button>
      </Form>
    </Card>
  );
}

function EndpointForm({ failure, busy }: Props) {
  return (
    <Card title="An endpoint">
      <Form method="post" className="flex flex-col gap-4">
        <input type="hidden" name="kind" value="endpoint" />
        <TextField label="Name" name="name" required maxLength={100} />
        <TextField
          label="Address"
          name="baseUrl"
          type="url"
          placeholder="http://gpu-1:8000/v1"
          hint="Any server with OpenAI’s chat API: vLLM, llama.cpp, Ollama. The address ends where /chat/completions begins."
          error={failure?.fields.baseUrl}
          required
        />
        <TextField label="Model’s name there" name="remoteName" error={failure?.fields.remoteName} required />
        <TextField
          label="API key"
          name="key"
          type="password"
          autoComplete="off"
          hint="Stored encrypted, and never shown again. Leave it empty if the server wants none."
        />
        <Button type="submit" tone="primary" disabled={busy}>
          Register endpoint
        </Button>
      </Form>
    </Card>
  );
}
