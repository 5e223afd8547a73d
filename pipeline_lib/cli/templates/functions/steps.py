"""The steps of the pipeline: typed functions."""

from pathlib import Path

from pipeline_lib import Artifact, InputArtifact, OutputArtifact, OutputDict, Parameter, component


class Words(Artifact):
    """A text file with a word on each line."""

    TYPE_NAME = "Words"


@component
def Split(words: OutputArtifact[Words], text: Parameter[str]):
    Path(words.uri, "words.txt").write_text("\n".join(text.lower().split()))


@component
def Count(words: InputArtifact[Words]) -> OutputDict(counts=dict):
    counts = {}
    for word in Path(words.uri, "words.txt").read_text().splitlines():
        counts[word] = counts.get(word, 0) + 1
    return {"counts": counts}


@component
def Rank(counts: dict, most: Parameter[int] = 3) -> OutputDict(words=list):
    ranked = sorted(counts, key=lambda word: (-counts[word], word))[:most]
    print("most frequent:", ", ".join(ranked))
    return {"words": ranked}
