import { rm } from "node:fs/promises";
import path from "node:path";
import type { ClientBase } from "pg";
import { UserError } from "../errors";
import { datasetCard } from "./card";
import { OutputFile, syncFolder, writeWhole, type WrittenFile } from "./files.server";
import { llamafactoryInfo } from "./llamafactory";
import { makeManifest, TIES_FILE, type Manifest } from "./manifest";
import { ParquetSide } from "./parquet-side.server";
import { readStage, StageReader, type SourceRow } from "./read.server";
import { canonicalLine, pairLines, pairsOf, renderRow, sftLine, tieLine, type Rendered } from "./render";
import { LEFT_OUT, type ReleaseOptions, type Split, type Variant } from "./schema";
import { stageFigures, stageRows, type StageFigures } from "./staging.server";
import { lengthOf, Lengths } from "./statistics";
import { decode } from "./utf8";

export type WriteContext = { signal: AbortSignal; progress: (columns: { rowsTotal: number; rowsDone: number }) => void };

/**
 * Writes a whole release into an empty folder and returns its manifest. All reading happens in one snapshot, so votes
 * that come in meanwhile are either all in it or not at all. Memory is bounded by a batch of rows, not by the release.
 * The staged tables stay on the connection for the caller. Throws UserError when nothing is left to write. When it
 * throws, the connection may be in the middle of a statement: close it.
 */
export async function writeRelease(
  client: ClientBase,
  { name, options, folder }: { name: string; options: ReleaseOptions; folder: string },
  { signal, progress }: WriteContext,
): Promise<Manifest> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  const writer = new ReleaseWriter(folder, options);
  try {
    await stageRows(client, options);
    const figures = await stageFigures(client);
    if (figures.rows === 0) throw new UserError(nothingLeft(figures), 422);
    progress({ rowsTotal: figures.rows, rowsDone: 0 });
    signal.throwIfAborted();
    writer.parquet?.begin({ extended: figures.extended > 0 });
    let rowsDone = 0;
    const reader = new StageReader();
    for await (const piece of readStage(client, "release_rows")) {
      await writer.parquet?.write(piece);
      rowsDone += await writer.write(reader.rows(piece));
      progress({ rowsTotal: figures.rows, rowsDone });
      signal.throwIfAborted();
    }
    const ties = figures.ties > 0 ? [await writeTies(client, folder, options)] : [];
    await client.query("COMMIT");
    return await writer.finish(name, figures, ties);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** Streams them as the other rows, so that any number takes no memory. */
async function writeTies(client: ClientBase, folder: string, options: ReleaseOptions): Promise<WrittenFile> {
  const file = await OutputFile.create(folder, TIES_FILE);
  try {
    const reader = new StageReader();
    for await (const piece of readStage(client, "release_ties")) {
      for (const row of reader.rows(piece)) file.line(tieLine(row, options));
      await file.flush();
    }
    return await file.close();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

function nothingLeft({ candidates, ties, leftOut, leftOutRows }: StageFigures): string {
  if (candidates === 0) return "There are no votes in these pools yet, so there is nothing to release.";
  const reasons = [...Object.entries(leftOut), ...Object.entries(leftOutRows)] as [keyof typeof LEFT_OUT, number][];
  const tied = ties > 0 ? [`${ties} on which neither response is better`] : [];
  const list = [...reasons.map(([reason, count]) => `${count} ${LEFT_OUT[reason]}`), ...tied].join("; ");
  return `These options leave no row: ${list}. Loosen a filter.`;
}

type Open = { split: Split; canonical: OutputFile; variants: Map<Variant, OutputFile> };

/** The open files of the split that is being written; rows come ordered by split. */
class ReleaseWriter {
  /** Reads the same pieces as the rest, at the same time. */
  readonly parquet: ParquetSide | undefined;
  private open: Open | undefined;
  private readonly files: WrittenFile[] = [];
  private readonly lengths = new Lengths();
  private readonly byPool = new Map<string, Lengths>();
  private readonly unfit: Partial<Record<Variant, number>> = {};

  constructor(
    private readonly folder: string,
    private readonly options: ReleaseOptions,
  ) {
    if (options.parquet) this.parquet = new ParquetSide({ folder, options });
  }

  /** Returns the number of rows that it wrote. */
  async write(batch: Iterable<SourceRow>): Promise<number> {
    let rows = 0;
    for (const source of batch) {
      if (this.open?.split !== source.split) await this.turnTo(source.split);
      this.add(source);
      rows++;
    }
    await Promise.all(this.handles().map((file) => file.flush()));
    return rows;
  }

  private add(source: SourceRow): void {
    const { open } = this;
    if (!open) throw new Error("a row comes after its split was opened");
    const row = renderRow(source, this.options);
    open.canonical.line(canonicalLine(row));
    if (open.variants.size > 0) this.writeVariants(open, row);
    this.count(source, row);
  }

  private writeVariants({ variants }: Open, row: Rendered): void {
    const pairs = pairsOf(row, this.options.pairs);
    for (const [variant, file] of variants) {
      if (variant === "sft") {
        file.line(sftLine(row));
        continue;
      }
      for (const pair of pairs) {
        const line = pairLines[variant](pair);
        if (line === undefined) this.unfit[variant] = (this.unfit[variant] ?? 0) + 1;
        else file.line(line);
      }
    }
  }

  private count(source: SourceRow, row: Rendered): void {
    let pool = this.byPool.get(source.pool);
    if (!pool) this.byPool.set(source.pool, (pool = new Lengths()));
    const turns = row.messages.map((message) => lengthOf(message.content));
    const [chosen, rejected] = [lengthOf(row.texts.chosen), lengthOf(row.texts.rejected)];
    for (const lengths of [this.lengths, pool]) lengths.add(turns, chosen, rejected);
  }

  async finish(name: string, figures: StageFigures, ties: WrittenFile[]): Promise<Manifest> {
    await this.closeSplit();
    this.files.push(...ties);
    this.files.push(...((await this.parquet?.finish()) ?? []));
    if (this.options.variants.includes("llamafactory")) {
      const splits = this.files.filter((file) => file.path.startsWith("llamafactory/"));
      this.files.push(await writeWhole(this.folder, "llamafactory/dataset_info.json", llamafactoryInfo(splits.map((file) => file.path))));
    }
    const named = [...this.byPool].map(([pool, lengths]) => [decode(pool), lengths.result()] as const);
    const byPool = named.sort(([a], [b]) => (a < b ? -1 : 1));
    const written = {
      files: [...this.files],
      lengths: this.lengths.result(),
      lengthsByPool: Object.fromEntries(byPool) as Manifest["statistics"]["lengthsByPool"],
      unfit: this.unfit,
    };
    const manifest = makeManifest(name, this.options, figures, written);
    manifest.files.push(await writeWhole(this.folder, "README.md", datasetCard(manifest)));
    await writeWhole(this.folder, "manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
    for (const folder of ["", ...this.options.variants]) await syncFolder(path.join(this.folder, folder));
    return manifest;
  }

  async abandon(): Promise<void> {
    await Promise.all([this.parquet, ...this.handles()].map((file) => file?.abandon()));
  }

  private handles(): OutputFile[] {
    if (!this.open) return [];
    const { canonical, variants } = this.open;
    return [canonical, ...variants.values()];
  }

  private async turnTo(split: Split): Promise<void> {
    await this.closeSplit();
    const canonical = await OutputFile.create(this.folder, `${split}.jsonl`);
    const open: Open = { split, canonical, variants: new Map() };
    this.open = open;
    for (const variant of this.options.variants)
      open.variants.set(variant, await OutputFile.create(this.folder, path.posix.join(variant, `${split}.jsonl`)));
  }

  private async closeSplit(): Promise<void> {
    const closed = await Promise.all(this.handles().map((file) => file.close()));
    // An empty file stops datasets.load_dataset, so a split in which a format can hold no row has none.
    for (const file of closed) {
      if (file.rows) this.files.push(file);
      else await rm(path.join(this.folder, file.path));
    }
    this.open = undefined;
  }
}
