"""Which template an update uses, and that a folder of one's own is checked when it is read."""

from pathlib import Path

import pytest

from feeds.courier import DEFAULT_TEMPLATES, RenderError, load_templates
from feeds.hub.settings import SettingsError, load_settings
from feeds.model import ContactChannel, Phase, UpdateKind

MAIL = ContactChannel.EMAIL


def put(folder: Path, **files: str) -> Path:
    for name, source in files.items():
        (folder / f"{name.replace('_', '.').replace('+', '-')}.txt").write_text(source, encoding="utf-8")
    return folder


def test_three_languages_are_shipped_for_every_channel_with_texts_of_its_own() -> None:
    for channel in (MAIL, ContactChannel.SMS, ContactChannel.CASE):
        assert DEFAULT_TEMPLATES.languages(channel) == {"en", "sv", "de"}


def test_the_template_that_names_most_is_used_and_the_kind_goes_before_the_phase(tmp_path: Path) -> None:
    files = {
        "email_en_body": "plain",
        "email_en_body_resolved": "phase",
        "email_en_body_progress": "kind",
        "email_en_body_progress_resolved": "both",
    }
    found = load_templates(put(tmp_path, **files))

    def used(kind: UpdateKind, phase: Phase) -> str:
        return found.chosen(kind, phase, [MAIL], ["en"])["email.en.body"]

    assert used(UpdateKind.PROGRESS, Phase.RESOLVED) == "both"
    assert used(UpdateKind.PROGRESS, Phase.IDENTIFIED) == "kind"
    assert used(UpdateKind.FIRST_WORD, Phase.RESOLVED) == "phase"
    assert used(UpdateKind.FIRST_WORD, Phase.IDENTIFIED) == "plain"


def test_a_language_is_added_by_its_files(tmp_path: Path) -> None:
    found = load_templates(put(tmp_path, email_FI_subject="{{ outage }}", email_FI_body="{{ done }}"))
    assert "fi" in found.languages(MAIL)
    assert "email.fi.body" in found.chosen(UpdateKind.PROGRESS, Phase.RESOLVED, [MAIL], ["fi"])
    assert "email.fi.body" not in found.chosen(UpdateKind.PROGRESS, Phase.RESOLVED, [MAIL], ["sv"])


@pytest.mark.parametrize(
    ("name", "source", "why"),
    [
        ("email.en.body.txt", "a\n{{ simms }}", "line 2: there is no 'simms'; there are attachment, cases, contact"),
        ("email.en.body.txt", "a\n\n{% if %}", "line 3: Expected an expression"),
        ("email.en.body.txt", "{% if false %}{{ x }}{% endif %}", "line 1: there is no 'x'"),
        ("email.en.body.txt", "{{ done|shout }}", "line 1: there is no filter 'shout'"),
        ("email.en.body.txt", "{% include 'x' %}", "a template stands alone"),
        ("email.en.body.txt", "{% for x in range(9) %}{% endfor %}", "there is no 'range'"),
        ("email.en.text.txt", "x", "not the name of a template"),
        ("email.en.body.party.txt", "x", "not the name of a template"),
        ("readme.md", "x", "not the name of a template"),
        ("email.fi.body.txt", "x", "there is no email.fi.subject.txt beside it"),
    ],
)
def test_a_template_that_cannot_work_is_told_with_file_line_and_reason(
    tmp_path: Path, name: str, source: str, why: str
) -> None:
    (tmp_path / name).write_text(source, encoding="utf-8")
    with pytest.raises(RenderError) as caught:
        load_templates(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert why in str(caught.value)


def test_what_a_template_sets_and_loops_over_is_its_own(tmp_path: Path) -> None:
    source = "{% set n = 1 %}{% for first, last, count in ranges %}{{ loop.index + n }} {{ first }}{% endfor %}"
    load_templates(put(tmp_path, email_en_body=source))


def test_the_hub_does_not_start_with_a_broken_template(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    put(folder, sms_en_text="{{ nothing }}")
    config = tmp_path / "config.toml"
    config.write_text('[updates]\ntemplates = "texts"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"\[updates\].*sms\.en\.text\.txt: line 1: there is no 'nothing'"):
        load_settings(config)
    put(folder, sms_en_text="{{ done }}")
    assert load_settings(config).updates.templates == str(folder)
