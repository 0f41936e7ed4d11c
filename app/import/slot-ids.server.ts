import type pg from "pg";

/** Ids for the slots of new comparisons, reserved from the database's sequence. */
export type SlotIds = () => string;

/** Takes ids for as many slots as a transaction may make, in one go. What it does not use stays unused. */
export async function reserveSlots(client: pg.ClientBase, count: number): Promise<SlotIds> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT nextval(pg_get_serial_sequence('"Slot"', 'id')) AS "id" FROM generate_series(1, $1)`,
    [count],
  );
  const ids = rows.map(({ id }) => id);
  let next = 0;
  return () => {
    const id = ids[next++];
    if (id === undefined) throw new Error("More slots than reserved ids");
    return id;
  };
}
