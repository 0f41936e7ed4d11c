import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, forwardRef, useId } from "react";
import { cx } from "./cx";

type Common = { label: ReactNode; hint?: ReactNode; error?: string; hideLabel?: boolean };
type Wired = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

export const control =
  "w-full rounded-md border border-line-strong bg-surface px-3 text-sm text-ink placeholder:text-faint aria-[invalid]:border-danger disabled:opacity-60";

/** A label, a control, a hint and an error, tied together for screen readers. */
export function Field({ label, hint, error, hideLabel, children }: Common & { children: (wired: Wired) => ReactNode }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className={hideLabel ? "sr-only" : "text-sm font-medium"}>
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-[0.8125rem] text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-[0.8125rem] font-medium text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

export const TextField = forwardRef<HTMLInputElement, Common & InputHTMLAttributes<HTMLInputElement>>(function TextField(
  { label, hint, error, hideLabel, className, ...rest },
  ref,
) {
  return (
    <Field {...{ label, hint, error, hideLabel }}>
      {(wired) => <input ref={ref} className={cx(control, "h-9", className)} {...wired} {...rest} />}
    </Field>
  );
});

export function TextArea({ label, hint, error, hideLabel, className, ...rest }: Common & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Field {...{ label, hint, error, hideLabel }}>
      {(wired) => <textarea className={cx(control, "min-h-24 py-2", className)} {...wired} {...rest} />}
    </Field>
  );
}

export const Select = forwardRef<HTMLSelectElement, Common & SelectHTMLAttributes<HTMLSelectElement>>(function Select(
  { label, hint, error, hideLabel, className, children, ...rest },
  ref,
) {
  return (
    <Field {...{ label, hint, error, hideLabel }}>
      {(wired) => (
        <select ref={ref} className={cx(control, "h-9 pr-8", className)} {...wired} {...rest}>
          {children}
        </select>
      )}
    </Field>
  );
});

type Ticked = Omit<Common, "error" | "hideLabel"> & Omit<InputHTMLAttributes<HTMLInputElement>, "type">;

export const Checkbox = (props: Ticked) => <Box type="checkbox" {...props} />;
export const Radio = (props: Ticked) => <Box type="radio" {...props} />;

function Box({ type, label, hint, className, ...rest }: Ticked & { type: "checkbox" | "radio" }) {
  const id = useId();
  return (
    <div className={cx("flex items-start gap-2.5", className)}>
      <input
        id={id}
        type={type}
        className="mt-0.5 size-4 shrink-0 accent-accent"
        aria-describedby={hint ? `${id}-hint` : undefined}
        {...rest}
      />
      <div>
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-[0.8125rem] text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** What a form could not do, at its head; announced when it appears. */
export function FormError({ children }: { children?: ReactNode }) {
  if (!children) return null;
  return (
    <p role="alert" className="rounded-md border border-danger/40 bg-danger-soft px-3 py-2 text-sm text-danger">
      {children}
    </p>
  );
}
