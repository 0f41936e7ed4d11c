"""Finds responses that give away which model wrote them: an annotator who knows the model no longer judges blind.

The platform looks again at everything that is sampled or imported; both sides' tests read the same sentences in
tests/contract/identity-leaks.json. Only the first person counts: "ChatGPT was made by OpenAI" is an answer to a
question, "I was made by OpenAI" is not.
"""

import re
from functools import lru_cache

MODELS = (
    r"chat-?gpt(?:[- ]?\d[\w.-]*)?",
    r"gpt-?\d[\w.-]*",
    r"instructgpt",
    r"claude(?![ -][A-Z][a-z])(?:[ -]?(?:\d[\w.-]*|opus|sonnet|haiku|instant))?",
    r"gemini(?: (?:pro|ultra|flash|nano))?",
    r"(?:google )?bard",
    r"bing chat",
    r"(?:microsoft )?copilot",
    r"(?:llama|mistral|qwen|grok|gemma|t[uü]lu|olmo)(?:[- ]?\d[\w.-]*)?",
    r"mixtral|tongyi qianwen|通义千问|vicuna|alpaca|open ?assistant|stablelm|ernie bot|kimi|chatglm",
    r"deepseek(?:[- ]\w+)?",
    r"falcon-?\d+b",
)
MAKERS = (
    r"open ?ai|anthropic|google(?: deepmind)?|deepmind|meta(?: ai)?|microsoft|mistral(?: ai)?|alibaba(?: cloud)?",
    r"deepseek|xai|cohere|ai2|the allen institute for (?:ai|artificial intelligence)|lmsys|stability ai|hugging ?face",
    r"nvidia|baidu|moonshot(?: ai)?|zhipu(?: ai)?|amazon|apple",
)
MADE = "(?:made|created|developed|built|trained|designed|fine-?tuned|provided|operated)"
AI = (
    r"(?:(?:an?|the) )?(?:large |artificial |conversational |virtual )*"
    r"(?:ai|intelligence|language model|llm|chat ?bot|assistant|model)"
)
START = r"(?:^|[.!?\n]|\bhello,?|\bhi,?)\s*"
# {N} stands for a model's name, {M} for a maker's.
SENTENCES = (
    r"\b(?:i am|i['’]m|my name is|you can call me) {N}",
    START + "(?:as|speaking as|als|en tant que|como) {N},",
    rf"\bas {AI}(?: {AI})*,? (?:called|named|known as) {{N}}",
    rf"\bas {AI}[^.!?\n]{{0,60}}? {MADE} by {{M}}",
    rf"\b(?:i am|i['’]m|i was|i have been|i['’]ve been)\b[^.!?\n]{{0,60}}?\b{MADE} by "
    "(?:the team at |researchers at |engineers at )?{M}",
    rf"\b{{M}} {MADE} me\b",
    r"\bmy (?:creators?|developers?|makers?)(?: at|,| is| are) {M}",
    r"\b(?:ich bin|ich heiße|mein name ist) {N}",
    r"\b(?:als|ich bin|ich wurde)\b[^.!?\n]{0,60}?(?:ki|sprachmodell|modell|assistent|ich wurde)"
    r"[^.!?\n]{0,40}?\bvon {M}",
    r"\b(?:je suis|je m['’]appelle|mon nom est) {N}",
    r"\b(?:en tant que|je suis|j['’]ai été)\b[^.!?\n]{0,60}?(?:développé|créé|entraîné|conçu)e? par {M}",
    r"\b(?:soy|me llamo|mi nombre es) {N}",
    r"\b(?:como|soy|fui|he sido)\b[^.!?\n]{0,60}?(?:desarrollado|creado|entrenado|diseñado)a? por {M}",
    r"(?:我是|我叫)\s*(?:一个)?\s*{N}",
    r"(?:我是|作为)[^。！？\n]{0,20}?{M}[^。！？\n]{0,6}?(?:开发|训练|创建|研发)",
)
_EDGE = r"(?![^\W_])"


@lru_cache(maxsize=64)
def _pattern(own: str | None) -> re.Pattern[str]:
    # Case counts for the surname after "Claude" alone, so that one look-ahead is set apart from the flag.
    names = "|".join(MODELS + ((re.escape(own),) if own else ())).replace("[ -][A-Z][a-z]", "(?-i:[ -][A-Z][a-z])")
    makers = "|".join(MAKERS)
    sentences = (
        sentence.replace("{N}", f"(?:{names}){_EDGE}").replace("{M}", f"(?:{makers}){_EDGE}") for sentence in SENTENCES
    )
    return re.compile("|".join(sentences), re.IGNORECASE)


def identity_leak(text: str, model: str | None = None) -> str | None:
    """The words with which a response gives its model away, or None. `model`, the name it is served under, is looked
    for too when it is a telling one."""
    name = (model or "").rpartition("/")[2]
    telling = len(name) >= 5 and (re.search(r"\d", name) or re.search(r"[A-Z].*[A-Z]", name))
    found = _pattern(name if telling else None).search(text)
    return found[0].strip() if found else None
