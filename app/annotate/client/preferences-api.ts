import type { PreferencesRequest } from "../preferences";

/** Returns null when it is saved, else what went wrong. */
export async function savePreferences(changes: PreferencesRequest): Promise<string | null> {
  try {
    const response = await fetch("/annotate/preferences", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(changes),
    });
    if (response.ok) return null;
    const body = (await response.json().catch(() => ({}))) as { error?: string };
    return body.error ?? `The server answered ${response.status}.`;
  } catch {
    return "The server cannot be reached.";
  }
}
