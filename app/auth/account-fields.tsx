import type { FieldErrors } from "../http/input.server";
import { TextField } from "../ui/field";

/** Name, e-mail and password of a new account; the first admin's and the invited person's are the same. */
export function AccountFields({ errors = {} }: { errors?: FieldErrors }) {
  return (
    <>
      <TextField label="Name" name="name" autoComplete="name" required maxLength={100} error={errors.name} />
      <TextField label="E-mail" name="email" type="email" autoComplete="username" required error={errors.email} />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        maxLength={200}
        hint="At least 12 characters. A sentence is easier to remember."
        error={errors.password}
      />
    </>
  );
}
