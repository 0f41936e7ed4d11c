import type { JobType } from "../contract/recipes";
import { compact } from "../ui/number";
import { formFields } from "./form-fields";

/** The value of a setting, as it stands in a job. */
export function settingText(value: unknown): string {
  if (typeof value === "number") return compact(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value ?? "–");
}

/**
 * A worker's message speaks of settings as its command line does (--micro-batch-tokens); on the page they have the titles
 * of the form. What the form does not have stays as it is.
 */
export function inFormWords(type: JobType, text: string): string {
  const titles = new Map(formFields(type).map(({ name, title }) => [name, title]));
  return text.replace(/--([a-z][a-z-]*[a-z])/g, (flag, name: string) => {
    const title = titles.get(name.replaceAll("-", "_"));
    return title === undefined ? flag : `“${title}”`;
  });
}
