import { Select } from "../ui/field";
import { plural } from "../ui/number";
import { EXPIRY_DAYS, type Expiry } from "./schema";

/** When a new token ends by itself. */
export const ExpirySelect = ({ start }: { start: Expiry }) => (
  <Select label="Expires" name="expires" defaultValue={start}>
    {EXPIRY_DAYS.map((days) => (
      <option key={days} value={days}>
        {days === "never" ? "Never" : `In ${plural(Number(days), "day")}`}
      </option>
    ))}
  </Select>
);
