import { call } from "./api";
import { LocalDrafts } from "./drafts";
import { Outbox } from "./outbox";
import { tabId, uuid, type Store } from "./storage";

/** What a person's tab keeps beyond single pages: answers on their way, drafts, its own name. */
export type Session = { tab: string; userId: string; outbox: Outbox; drafts: LocalDrafts };

let current: Promise<Session> | null = null;
let owner = "";

/** Opens once per page load, and again when another person has signed in. */
export function openSession(userId: string): Promise<Session> {
  if (!current || owner !== userId) {
    owner = userId;
    current = open(userId);
  }
  return current;
}

async function open(userId: string): Promise<Session> {
  const tab = await ownTabId(browserStore(() => sessionStorage));
  const store = browserStore(() => localStorage);
  const drafts = new LocalDrafts(store, userId, tab);
  drafts.sweep(Date.now());
  const outbox = new Outbox(store, userId, tab, ({ send }) => (send.kind === "vote" ? call("vote", send.body) : call("skip", send.body)));
  addEventListener("online", () => void outbox.kick());
  addEventListener("focus", () => void outbox.kick());
  void outbox.kick();
  return { tab, userId, outbox, drafts };
}

const DUPLICATE_WAIT_MS = 60;

/** A duplicated tab has a copy of the first one's sessionStorage, and with it its name. The first one answers; the copy takes a new name. */
async function ownTabId(store: Store): Promise<string> {
  const channel = new BroadcastChannel("tiebreak:tabs");
  let tab = tabId(store);
  const me = uuid();
  const taken = await new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<TabMessage>) => data.answerTo === me && resolve(true);
    channel.postMessage({ ask: tab, from: me } satisfies TabMessage);
    setTimeout(() => resolve(false), DUPLICATE_WAIT_MS);
  });
  if (taken) tab = tabId(store, uuid());
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.ask === tab) channel.postMessage({ answerTo: data.from } satisfies TabMessage);
  };
  return tab;
}

type TabMessage = { ask?: string; from?: string; answerTo?: string };

/** The browser's store, or one in memory where cookies and site data are blocked. */
function browserStore(open: () => Storage): Store {
  try {
    return open();
  } catch {
    return memoryStore();
  }
}

export function memoryStore(): Store {
  const values = new Map<string, string>();
  return {
    get length() {
      return values.size;
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

/**
 * Lets the browser keep the workbench's page, so that a reload without a connection shows it and what waits to go out.
 * See public/offline-shell.js for what is kept. Where the browser has no service worker, nothing is lost but that.
 */
export function keepOfflineShell(): void {
  if (!("serviceWorker" in navigator)) return;
  const worker = navigator.serviceWorker;
  void worker
    .register("/offline-shell.js", { scope: "/" })
    .then(() => worker.ready)
    .then(({ active }) => active?.postMessage("keep"))
    .catch(() => undefined);
}
