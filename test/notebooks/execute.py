"""Runs one notebook from top to bottom in its own kernel and prints what happened as JSON.

usage: execute.py NOTEBOOK. Cells tagged `raises-exception` have to fail; every other cell has to succeed, and must
print nothing to standard error (tslab reports compile errors and exceptions there). Nothing is written to the file.
"""

import json
import pathlib
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def text_of(source):
    return "".join(source) if isinstance(source, list) else source


def stderr_of(cell):
    return "".join(
        text_of(output["text"])
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stderr"
    )


def main(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name=notebook.metadata.kernelspec.name,
        timeout=600,
        # tslab's replies to failed cells name no exception; failures are told apart below.
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    failures = []
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                failures.append({"cell": index, "source": cell.source, "error": str(error)})
                break
            error = stderr_of(cell)
            expected = "raises-exception" in cell.metadata.get("tags", [])
            if error:
                # tslab answers everything that arrives within 200 ms of a failed cell with "aborted".
                time.sleep(0.5)
            if bool(error) != expected:
                said = error or "the cell is tagged raises-exception, but it succeeded"
                failures.append({"cell": index, "source": cell.source, "error": said})
                break
    outputs = [
        text_of(output["text"])
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stdout"
    ]
    print(json.dumps({"failures": failures, "stdout": outputs}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
