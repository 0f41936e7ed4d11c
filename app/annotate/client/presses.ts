/** A second press of a key so soon after the first is a key that bounces or a hand that trembles, not a wish. */
export const BOUNCE_MS = 120;

type Press = Pick<KeyboardEvent, "key" | "code" | "repeat" | "timeStamp">;

/** Tells a press of a key from the same press once more: held down, or bounced. Another key in between makes it a new one. */
export class Presses {
  #key = "";
  #at = -Infinity;
  #acted = false;

  /** Whether this is the last press once more. Has to see every press, also of those that go into a field or a dialog. */
  isAgain({ key, code, repeat, timeStamp }: Press): boolean {
    const name = code || key;
    const again = name === this.#key && (repeat || timeStamp - this.#at < BOUNCE_MS);
    if (!again) this.#acted = false;
    this.#key = name;
    this.#at = timeStamp;
    return again;
  }

  /** The last press did something. */
  act(): void {
    this.#acted = true;
  }

  /** Whether what the last press did stands: the same press once more must not be typed into the field that it opened. */
  get acted(): boolean {
    return this.#acted;
  }
}
