"""One CSV file: its header, its rows, and what is wrong with it."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from apache_beam.io.filesystems import FileSystems
from tfx_bsl.coders.csv_decoder import ColumnTypeInferrer

from pipeline_lib.errors import DataError


@dataclass(frozen=True)
class CsvProfile:
    """What a file says about its columns.

    Attributes:
        path: where the file is.
        header: the column names, in order.
        types: by column name, the `ColumnType` of `tfx_bsl.coders.csv_decoder` that all values of
            the column fit, as a number: -1 no values, 0 int64, 1 float, 2 bytes.
        rows: how many rows follow the header.
        problem: what is wrong with the file; empty where nothing is.
    """

    path: str
    header: tuple[str, ...] = ()
    types: tuple[int, ...] = ()
    rows: int = 0
    problem: str = ""


def profile_csv(path: str) -> CsvProfile:
    """Read the file once for its types; a problem is returned, so that it survives any runner."""
    try:
        with FileSystems.open(path) as stream:
            return _profile(path, _records(path, stream))
    except DataError as error:
        return CsvProfile(path, problem=str(error))


def read_rows(path: str) -> Iterator[list[str]]:
    """The rows of a file that `profile_csv` found good; blank lines are skipped.

    Raises:
        DataError: the file is no CSV.
    """
    with FileSystems.open(path) as stream:
        records = _records(path, stream)
        next(records)
        yield from (cells for _, cells in records)


def _profile(path: str, records: Iterator[tuple[int, list[str]]]) -> CsvProfile:
    _, header = next(records, (0, []))
    _check_header(path, header)
    inferrer = ColumnTypeInferrer(column_names=header, skip_blank_lines=True)
    types = inferrer.create_accumulator()
    rows = 0
    for line, cells in records:
        if len(cells) != len(header):
            raise DataError(
                f"CSV file {path!r}, line {line}: the row has {len(cells)} values, "
                f"the header has {len(header)} columns: {listed(header)}."
            )
        types = inferrer.add_input(types, [cell.encode() for cell in cells])
        rows += 1
    column_types = tuple(int(column.type) for column in inferrer.extract_output(types))
    return CsvProfile(path, tuple(header), column_types, rows)


def _check_header(path: str, header: list[str]) -> None:
    if not header:
        raise DataError(
            f"CSV file {path!r} is empty: expected a header line with the column names, then rows."
        )
    for name in header:
        if header.count(name) > 1:
            raise DataError(
                f"CSV file {path!r} has the column {name!r} more than once in its header: "
                f"{listed(header)}."
            )


def _records(path: str, stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the number of its first line."""
    # Beam's compressed files cannot be iterated over.
    lines = iter(stream.readline, b"")
    reader = csv.reader(codecs.iterdecode(lines, "utf-8-sig"), strict=True)
    first_line = 1
    try:
        for cells in reader:
            if cells:
                yield first_line, cells
            first_line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"CSV file {path!r}, line {first_line}: {error}.") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"CSV file {path!r}, line {reader.line_num + 1}: "
            f"the text is not UTF-8 ({error.reason})."
        ) from error


def listed(names: Iterable[str]) -> str:
    """Names in quotes, for messages."""
    return ", ".join(repr(name) for name in names)
