import { Link, type LinkProps } from "@remix-run/react";
import { type ButtonHTMLAttributes, forwardRef } from "react";
import { cx } from "./cx";

type Look = { tone?: "primary" | "plain" | "quiet" | "danger"; size?: "small" | "normal" };

const TONES = {
  primary: "bg-accent text-accent-ink border-transparent hover:brightness-110",
  plain: "bg-surface text-ink border-line-strong/50 hover:bg-raised",
  quiet: "bg-transparent text-muted border-transparent hover:bg-raised hover:text-ink",
  danger: "bg-surface text-danger border-danger/50 hover:bg-danger-soft",
};

const look = ({ tone = "plain", size = "normal" }: Look) =>
  cx(
    "inline-flex items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors select-none",
    "aria-disabled:cursor-not-allowed aria-disabled:opacity-50",
    size === "small" ? "min-h-7 px-2.5 text-[0.8125rem]" : "min-h-9 px-3.5 text-sm",
    TONES[tone],
  );

/** Disabled, as while it is busy, it does nothing, but keeps the focus: the browser takes it from a button that has the attribute. */
export const Button = forwardRef<HTMLButtonElement, ButtonHTMLAttributes<HTMLButtonElement> & Look>(function Button(
  { tone, size, className, type = "button", disabled = false, onClick, ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type}
      className={cx(look({ tone, size }), className)}
      aria-disabled={disabled || undefined}
      onClick={disabled ? (event) => event.preventDefault() : onClick}
      {...rest}
    />
  );
});

export function LinkButton({ tone, size, className, ...rest }: LinkProps & Look) {
  return <Link className={cx(look({ tone, size }), className)} {...rest} />;
}
