"""The pipeline: which step reads what."""

from steps import Count, Rank, Split

from pipeline_lib import LocalRunner, Pipeline, RuntimeParameter


def create_pipeline():
    text = RuntimeParameter("text", str, default="to be or not to be")
    split = Split(text=text)
    count = Count(words=split.outputs["words"])
    rank = Rank(counts=count.outputs["counts"])
    return Pipeline("{{PIPELINE_NAME}}", components=[split, count, rank], enable_cache=True)


if __name__ == "__main__":
    LocalRunner().run(create_pipeline())
