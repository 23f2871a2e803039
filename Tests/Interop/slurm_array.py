#!/usr/bin/env python3
"""Runs array jobs of three tasks on a throw-away Slurm with two nodes on this machine: one array records a
suite in shards, one of its tasks is killed and queued again; another replays that suite and the quickstart
in shards; and the merged JUnit reports are those of runs that were not divided, byte by byte.

Needs Debian's slurm-wlm and munge, which it installs when they are missing, and to be run as root. Its
daemons listen on loopback with a key and folders of their own, and are ended by their process ids.

usage: slurm_array.py [PROOFSHEET]
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import environment

sys.path.insert(0, str(environment.ROOT / "Tests/Reliability"))
import bench  # noqa: E402

SHARDS = 3
CASES = 48
NODES = ("sheet1", "sheet2")
SECONDS_MAX = 60  # for each thing that is waited for
KILLED = 2
SUITES = ("suites/parts.json", "suites/quickstart.yaml")


def install():
    """Installs what is missing, or says what is."""
    programs = ("slurmctld", "slurmd", "sbatch", "munged")
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    os.environ["PATH"] = path
    missing = [program for program in programs if not shutil.which(program)]
    if os.geteuid() != 0:
        sys.exit("error: slurmd starts only as root; run this as root, in a container for example")
    if not missing:
        return
    if not shutil.which("apt-get"):
        sys.exit(f"error: {', '.join(missing)} missing; install Slurm with several slurmd allowed, and munge")
    print(f"installing slurm-wlm and munge, for {', '.join(missing)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "slurm-wlm", "munge"]):
        done = subprocess.run(["apt-get", *words], env=quiet, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"error: apt-get {' '.join(words)}:\n{done.stderr}")


def tails(folder):
    """The last lines of the logs in a folder."""
    logs = sorted([*folder.glob("*.out"), *folder.glob("task-*.log")]) if folder else []
    return "".join(f"\n== {log.name}\n" + "\n".join(log.read_text().splitlines()[-15:]) for log in logs)


def wait(what, ready, folder=None):
    """Waits until something is so, or ends with the last lines of the logs in a folder."""
    deadline = time.monotonic() + SECONDS_MAX
    while not (found := ready()):
        if time.monotonic() > deadline:
            sys.exit(f"error: not within {SECONDS_MAX} s: {what}{tails(folder)}")
        time.sleep(0.1)
    return found


class Cluster:
    """munged, slurmctld and a slurmd for each node, all of them in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.daemons = []
        self.environment = {**bench.Project.environment, "SLURM_CONF": str(folder / "slurm.conf")}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.configure()
        self.daemon(
            "munged", "--foreground", "--force", f"--key-file={self.folder}/munge.key",
            f"--socket={self.folder}/munge.socket", f"--pid-file={self.folder}/munge.pid",
            f"--seed-file={self.folder}/munge.seed", f"--log-file={self.folder}/munge.log",
        )  # fmt: skip
        wait("munged answers", (self.folder / "munge.socket").exists, self.folder)
        self.daemon("slurmctld", "-D", "-i", "-f", self.folder / "slurm.conf")
        for node in NODES:
            self.daemon("slurmd", "-D", "-N", node, "-f", self.folder / "slurm.conf", name=node)
        wait("both nodes are idle", self.is_idle, self.folder)

    def configure(self):
        host = socket.gethostname().split(".")[0]
        (self.folder / "state").mkdir()
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        nodes = ""
        for node in NODES:
            (self.folder / node).mkdir()
            nodes += (
                f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={environment.free_port()} "
                "CPUs=2 State=UNKNOWN\n"
            )
        # Three tasks fit on two nodes at once, whatever processors this machine has. A task that is queued
        # again waits until its credential has expired, which is two minutes unless it is said.
        (self.folder / "slurm.conf").write_text(
            f"""ClusterName=sheet
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={environment.free_port()}
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={self.folder}/munge.socket,cred_expire=5
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/%n
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/%n.pid
SlurmdParameters=config_overrides
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
{nodes}PartitionName=all Nodes={','.join(NODES)} Default=YES MaxTime=5 State=UP
"""
        )
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n")

    def daemon(self, *command, name=None):
        log = self.folder / f"{name or command[0]}.out"
        with log.open("w") as output:
            process = subprocess.Popen(
                [str(word) for word in command], stdout=output, stderr=subprocess.STDOUT,
                env=self.environment, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        self.daemons.append(process)

    def tell(self, *command):
        """Runs a program of Slurm and gives what it prints."""
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True,
            timeout=SECONDS_MAX,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"error: {' '.join(command)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def is_idle(self):
        if dead := [daemon.args[0] for daemon in self.daemons if daemon.poll() is not None]:
            sys.exit(f"error: {', '.join(dead)} ended{tails(self.folder)}")
        # While the controller starts, sinfo fails.
        states = subprocess.run(
            ["sinfo", "-h", "-N", "-o", "%N %t"], env=self.environment, capture_output=True, text=True,
            timeout=SECONDS_MAX,
        ).stdout.split()  # fmt: skip
        return states == [word for node in NODES for word in (node, "idle")]

    def array(self, script):
        """Submits a job of one task a shard, and gives its number."""
        path = self.folder / f"array-{time.monotonic_ns()}.sh"
        path.write_text(script)
        return self.tell(
            "sbatch", "--parsable", f"--array=1-{SHARDS}", "--requeue", "--open-mode=append",
            f"--output={self.folder}/task-%A_%a.log", str(path),
        ).strip()  # fmt: skip

    def task(self, job, number):
        """What Slurm knows of a task."""
        words = self.tell("scontrol", "show", "job", "--oneliner", f"{job}_{number}").split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def settled(self, job):
        """Waits until all tasks have ended; gives each one's state, exit code, node and restarts."""

        def ended():
            tasks = [self.task(job, number) for number in range(1, SHARDS + 1)]
            return tasks if all(task["JobState"] in ("COMPLETED", "FAILED") for task in tasks) else None

        tasks = wait(f"job {job} ends", ended, self.folder)
        for number, task in enumerate(tasks, 1):
            print(
                f"  task {number} on {task['NodeList']}: {task['JobState']}, exit {task['ExitCode']}, "
                f"{task['Restarts']} restarts"
            )
        return tasks

    def __exit__(self, *_):
        with contextlib.suppress(Exception, SystemExit):
            self.tell("scancel", "--user", "root")
            wait("the jobs end", lambda: not self.tell("squeue", "-h").strip())
        for daemon in reversed(self.daemons):
            if daemon.poll() is None:
                daemon.terminate()
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def project(folder, proofsheet, url):
    """A folder with a suite to record and the quickstart with its recordings."""
    made = bench.Project(proofsheet, folder, url)
    made.write(
        {
            "version": 1,
            "name": "parts",
            "request": {"images": str(bench.INPUT), "size": "square"},
            "matrix": {
                "prompt": [
                    {"id": f"p{number}", "value": f"Put it on paper {number}. simulate:slow:300"}
                    for number in range(CASES // 4)
                ],
                "seed": ["1..4"],
            },
            "groups": [{"across": "seed", "expect": "near"}],
        }
    )
    shutil.copy(environment.ROOT / SUITES[1], folder / SUITES[1])
    for name in ("inputs", "quickstart"):
        shutil.copytree(environment.ROOT / "fixtures" / name, folder / "fixtures" / name)


def script(folder, proofsheet, *words):
    """A task that becomes its run, so that its process id is that of the run."""
    return f"""#!/bin/sh
cd '{folder}' || exit 99
echo $$ > "pid-$SLURM_ARRAY_TASK_ID"
exec '{proofsheet}' run {' '.join(words)} --shard auto --unapproved warn
"""


def record(cluster, folder, proofsheet, simulator):
    """Records the suite in an array, with one task killed and queued again."""
    job = cluster.array(
        script(
            folder, proofsheet, SUITES[0], "--mode record --yes --max-cost 3 --concurrency 2",
            "--endpoint", simulator.url, "--fixtures fixtures-$SLURM_ARRAY_TASK_ID",
            "--reports part-$SLURM_ARRAY_TASK_ID",
        )
    )  # fmt: skip
    print(f"array job {job}: {SHARDS} tasks record on nodes {', '.join(NODES)}")
    own = folder / f"fixtures-{KILLED}"
    # It has bought and kept something, and has more to do.
    wait(f"task {KILLED} records", lambda: any(own.glob("*/*.har")), cluster.folder)
    os.kill(int((folder / f"pid-{KILLED}").read_text()), signal.SIGKILL)
    wait(f"task {KILLED} fails", lambda: cluster.task(job, KILLED)["JobState"] == "FAILED", cluster.folder)
    kept = len(list(own.glob("*/*.har")))
    billed = sum(simulator.ledger().values())
    print(f"  task {KILLED} killed with SIGKILL at {kept} recordings; queued again")
    cluster.tell("scontrol", "requeue", f"{job}_{KILLED}")
    tasks = cluster.settled(job)
    for number, task in enumerate(tasks, 1):
        if task["ExitCode"] not in ("0:0", "1:0"):  # a group may fail, and its report must be the same too
            sys.exit(f"error: task {number}:\n" + (cluster.folder / f"task-{job}_{number}.log").read_text())
    if tasks[KILLED - 1]["Restarts"] != "1":
        sys.exit(f"error: task {KILLED} was not started again")
    for number in range(1, SHARDS + 1):
        shutil.copytree(folder / f"fixtures-{number}", folder / "fixtures", dirs_exist_ok=True)
    recorded = len(list((folder / "fixtures/parts").glob("*.har")))
    ledger = simulator.ledger()
    print(f"  recorded: {recorded} of {CASES}, {sum(ledger.values())} billed, {billed} of them when one was killed")
    if recorded != CASES or len(ledger) != CASES:
        sys.exit("error: not every case is recorded")
    # Divided among three, the concurrency is one for the task that was killed: one order may be lost.
    if sum(ledger.values()) > CASES + 1:
        sys.exit("error: more was bought twice than was under way when the task was killed")


def replay(cluster, folder, proofsheet, name, suites):
    """Replays suites in an array and whole, and compares the reports."""
    parts = [f"{name}-part-{number}" for number in range(1, SHARDS + 1)]
    job = cluster.array(script(folder, proofsheet, *suites, f"--reports {name}-part-$SLURM_ARRAY_TASK_ID"))
    print(f"array job {job}: {SHARDS} tasks replay {' and '.join(suites)}")
    cluster.settled(job)

    def run(*words):
        return subprocess.run(
            [str(proofsheet), *words], cwd=folder, env=bench.Project.environment, capture_output=True, text=True,
            timeout=SECONDS_MAX,
        )  # fmt: skip

    whole = run("run", *suites, "--reports", f"{name}-whole", "--unapproved", "warn", "--quiet")
    merge = run("merge", *reversed(parts), "--reports", f"{name}-merged")
    print("  " + merge.stderr.strip().replace("\n", "\n  "))
    if whole.returncode not in (0, 1) or merge.returncode != whole.returncode:
        sys.exit(f"error: merge ended with {merge.returncode}, the whole with {whole.returncode}: {whole.stderr}")
    reports = [
        # Attachments name the folder of reports.
        next((folder / f"{name}-{kind}").glob("2*/junit.xml")).read_bytes().replace(
            f"{name}-{kind}/".encode(), f"{name}/".encode())
        for kind in ("merged", "whole")
    ]
    if reports[0] != reports[1]:
        sys.exit("error: the merged report is not that of the whole")
    print(f"  the merged report is that of the whole: {len(reports[0])} bytes")


def main():
    # Whoever ends this ends its daemons.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("error: ended by SIGTERM"))
    proofsheet = environment.proofsheet()
    install()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        # munge refuses a socket that others cannot reach.
        os.chmod(name, 0o755)
        folder, machine = Path(name) / "project", Path(name) / "slurm"
        folder.mkdir()
        machine.mkdir()
        with bench.Simulator(proofsheet) as simulator, Cluster(machine) as cluster:
            print(f"{cluster.tell('sinfo', '--version').strip()}: {len(NODES)} nodes are idle")
            project(folder, proofsheet, simulator.url)
            record(cluster, folder, proofsheet, simulator)
            replay(cluster, folder, proofsheet, "quickstart", SUITES[1:])
            replay(cluster, folder, proofsheet, "both", SUITES)
    print(f"done in {time.monotonic() - began:.0f} s")


main()
