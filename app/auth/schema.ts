import { z } from "zod";

export const email = z
  .string()
  .trim()
  .max(254, "Use at most 254 characters.")
  .toLowerCase()
  .pipe(z.email("Enter an e-mail address such as ada@example.org."));
export const personName = z.string().trim().min(1, "Enter a name.").max(100, "Use at most 100 characters.");
/** Length is what protects a password (NIST SP 800-63B, 3.1.1); kinds of characters are not asked for. */
export const newPassword = z.string().min(12, "Use at least 12 characters.").max(200, "Use at most 200 characters.");

export const SignIn = z.object({ email, password: z.string().min(1, "Enter your password.").max(200), to: z.string().default("/") });
export const NewAccount = z.object({ name: personName, email, password: newPassword });
export const FirstAdmin = NewAccount.extend({ code: z.string().trim().min(1, "Enter the setup code.").max(100) });
export const NewPassword = z.object({ password: newPassword });
export const ChangePassword = z.object({ current: z.string().min(1, "Enter your current password."), password: newPassword });

/** A path on this site, or "/": never another site, which a link to the sign-in form could otherwise lead to. */
export function safePath(to: string): string {
  return /^\/(?![/\\])/.test(to) && !/[\p{Cc}\\]/u.test(to) ? to : "/";
}
