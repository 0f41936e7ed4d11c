/**
 * Finds responses that give away which model wrote them: an annotator who knows the model no longer judges blind.
 * Only the first person counts. "ChatGPT was made by OpenAI" is an answer to a question; "I was made by OpenAI" is not.
 * Saying that one is an AI, without which one, gives nothing away either: both sides of a comparison are.
 */
const MODEL_NAMES = [
  "chat-?gpt(?:[- ]?\\d[\\w.-]*)?",
  "gpt-?\\d[\\w.-]*",
  "instructgpt",
  "claude(?:[ -]?(?:\\d[\\w.-]*|opus|sonnet|haiku|instant))?",
  "gemini(?: (?:pro|ultra|flash|nano))?",
  "google bard",
  "bard",
  "bing chat",
  "microsoft copilot",
  "copilot",
  "llama(?:[- ]?\\d[\\w.-]*)?",
  "mistral(?:[- ]?\\d[\\w.-]*)?",
  "mixtral",
  "qwen(?:[- ]?\\d[\\w.-]*)?",
  "tongyi qianwen",
  "通义千问",
  "deepseek(?:[- ]\\w+)?",
  "grok(?:[- ]?\\d[\\w.-]*)?",
  "gemma(?:[- ]?\\d[\\w.-]*)?",
  "vicuna",
  "alpaca",
  "t[uü]lu(?:[- ]?\\d[\\w.-]*)?",
  "olmo(?:[- ]?\\d[\\w.-]*)?",
  "falcon-?\\d+b",
  "open ?assistant",
  "stablelm",
  "ernie bot",
  "kimi",
  "chatglm",
];
const MAKERS = [
  "open ?ai",
  "anthropic",
  "google(?: deepmind)?",
  "deepmind",
  "meta(?: ai)?",
  "microsoft",
  "mistral(?: ai)?",
  "alibaba(?: cloud)?",
  "deepseek",
  "xai",
  "cohere",
  "ai2|the allen institute for (?:ai|artificial intelligence)",
  "lmsys",
  "stability ai",
  "hugging ?face",
  "nvidia",
  "baidu",
  "moonshot(?: ai)?",
  "zhipu(?: ai)?",
  "amazon",
  "apple",
];

const names = (more?: string) => `(?:${[...MODEL_NAMES, ...(more ? [more] : [])].join("|")})`;
const makers = `(?:${MAKERS.join("|")})`;
const edge = "(?![\\p{L}\\p{N}])";
const MADE = "(?:made|created|developed|built|trained|designed|fine-?tuned|provided|operated)";
const AI =
  "(?:(?:an?|the) )?(?:large |artificial |conversational |virtual )*(?:ai|intelligence|language model|llm|chat ?bot|assistant|model)";

/** How a sentence begins, for turns of phrase that mean something else within one ("better than", "such as"). */
const START = "(?:^|[.!?\\n]|\\bhello,?|\\bhi,?)\\s*";

/** Sentences in which a model speaks of itself, by language. {N} stands for a model's name, {M} for a maker's. */
const SENTENCES = [
  `\\b(?:i am|i['’]m|my name is|you can call me) {N}`,
  `${START}(?:as|speaking as|als|en tant que|como) {N},`,
  `\\bas ${AI}(?: ${AI})*,? (?:called|named|known as) {N}`,
  `\\bas ${AI}[^.!?\\n]{0,60}? ${MADE} by {M}`,
  `\\b(?:i am|i['’]m|i was|i have been|i['’]ve been)\\b[^.!?\\n]{0,60}?\\b${MADE} by (?:the team at |researchers at |engineers at )?{M}`,
  `\\b{M} ${MADE} me\\b`,
  `\\bmy (?:creators?|developers?|makers?)(?: at|,| is| are) {M}`,
  `\\b(?:ich bin|ich heiße|mein name ist) {N}`,
  `\\b(?:als|ich bin|ich wurde)\\b[^.!?\\n]{0,60}?(?:ki|sprachmodell|modell|assistent|ich wurde)[^.!?\\n]{0,40}?\\bvon {M}`,
  `\\b(?:je suis|je m['’]appelle|mon nom est) {N}`,
  `\\b(?:en tant que|je suis|j['’]ai été)\\b[^.!?\\n]{0,60}?(?:développé|créé|entraîné|conçu)e? par {M}`,
  `\\b(?:soy|me llamo|mi nombre es) {N}`,
  `\\b(?:como|soy|fui|he sido)\\b[^.!?\\n]{0,60}?(?:desarrollado|creado|entrenado|diseñado)a? por {M}`,
  `(?:我是|我叫)\\s*(?:一个)?\\s*{N}`,
  `(?:我是|作为)[^。！？\\n]{0,20}?{M}[^。！？\\n]{0,6}?(?:开发|训练|创建|研发)`,
];

function compile(more?: string): RegExp {
  const sentences = SENTENCES.map((sentence) => sentence.replace("{N}", `${names(more)}${edge}`).replace("{M}", `${makers}${edge}`));
  return new RegExp(`(?:${sentences.join("|")})`, "giu");
}

const general = compile();
const own = new Map<string, RegExp>();

/** The pattern with the model's own name in it. Names that may be words of everyday speech are left out. */
function ownPattern(modelName: string): RegExp | undefined {
  const name = modelName.split("/").at(-1) ?? "";
  if (name.length < 5 || !/\d|[A-Z].*[A-Z]/.test(name)) return undefined;
  const known = own.get(name) ?? compile(name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  if (own.size > 1000) own.clear();
  own.set(name, known);
  return known;
}

/** "I am Claude Monet": a first name that goes on with a surname. */
function isPerson(text: string, match: RegExpExecArray): boolean {
  return /claude$/i.test(match[0]) && /^[ -]\p{Lu}\p{Ll}+/u.test(text.slice(match.index + match[0].length));
}

/**
 * The words with which a response gives away the model that wrote it, or undefined. `modelName`, as imported or
 * sampled, is looked for too.
 */
export function identityLeak(text: string, modelName?: string): string | undefined {
  const pattern = (modelName && ownPattern(modelName)) || general;
  for (const match of text.matchAll(pattern)) if (!isPerson(text, match)) return match[0].trim();
  return undefined;
}
