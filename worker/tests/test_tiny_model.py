"""The tiny model is a real one: it loads, speaks its template, and is the same for the same seed."""

import subprocess
import sys
import time

from transformers import AutoModelForCausalLM, AutoTokenizer

from tiebreak_worker.models.tiny import TinySpec, make_tiny_model


def test_template_has_headers_and_ends_the_turn(tiny_llama):
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes é."}], tokenize=False
    )
    assert text == "<|begin|><|header|>user<|/header|>\n\nHi<|eot|><|header|>assistant<|/header|>\n\nYes é.<|eot|>"
    ids = tokenizer(text, add_special_tokens=False).input_ids
    assert tokenizer.decode(ids) == text
    assert ids[-1] == tokenizer.eos_token_id != tokenizer.pad_token_id


def test_same_seed_same_weights_and_another_seed_others(tmp_path, tiny_llama):
    make_tiny_model(tmp_path / "again", TinySpec("llama"))
    make_tiny_model(tmp_path / "other", TinySpec("llama", seed=1))
    first, again, other = (
        AutoModelForCausalLM.from_pretrained(path).lm_head.weight
        for path in (tiny_llama, tmp_path / "again", tmp_path / "other")
    )
    assert first.equal(again)
    assert not first.equal(other)


def test_help_answers_without_importing_torch():
    code = "import sys; from tiebreak_worker.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "sys.exit('torch' in sys.modules)"
    begin = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "tiny-model" in done.stdout
    assert time.monotonic() - begin < 10
