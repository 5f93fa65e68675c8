"""The large program that nobody here wrote: the Swift compiler, on source that keeps it busy with deep stacks."""
from pathlib import Path

from measure import need
from swift_workload import source


def command(folder, structs):
    """The compiler's command line for so many structs; about 4 s for 60, 35 s for 300."""
    path = Path(folder) / f"workload{structs}.swift"
    path.write_text(source(structs))
    return [
        need("swiftc", "the Swift toolchain"), "-frontend", "-c", "-O", "-primary-file", str(path), "-module-name",
        "workload", "-o", str(Path(folder) / "workload.o"),
    ]
