"""What sha256sum takes for every file below a folder.

usage: replay_sums.py FOLDER
"""

import pathlib
import resource
import subprocess
import sys

# Files that one process digests: few enough for a command line, many enough to leave starting it aside.
AT_ONCE = 2_000

files = sorted(path for path in pathlib.Path(sys.argv[1]).rglob("*") if path.is_file())
for start in range(0, len(files), AT_ONCE):
    subprocess.run(
        ["sha256sum", "--", *files[start : start + AT_ONCE]], check=True, stdout=subprocess.DEVNULL
    )
spent = resource.getrusage(resource.RUSAGE_CHILDREN)
# The peak of a child counts what it was before it became sha256sum, so that it is left out.
print(f"files {len(files)} cpu_us {int((spent.ru_utime + spent.ru_stime) * 1e6)}")
