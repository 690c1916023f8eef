"""A monthly fit by spark-glmm: one DAG on a cluster (spark-submit), one on the worker itself. Keep the one you need, and edit the capitals.

What a failure means decides whether another attempt makes sense:

    0  done                                        success
    2  usage, 3 data, 5 the output exists          fail at once: the next attempt would say the same
    4  not converged (results are written)         fail at once: somebody must look at them
    1  unexpected, or no status: the process died  retry; --on-exists resume goes on from the checkpoint

Airflow sees only that a command failed, and YARN's cluster mode knows no other codes than 0 and 1. So the program writes how it ended
to a file (--status), and the operators below read it. For Airflow 2.4 and newer, 3 included.
"""

import json
import subprocess
from datetime import datetime, timedelta

try:  # Airflow 3
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG
from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

JAR = "hdfs:///apps/spark-glmm.jar"
HOME = "/opt/spark-glmm"  # the clone, on the worker of the local DAG
DATA = "hdfs:///registry/visits"
RESULTS = "hdfs:///results/visits"
LOCAL_DATA = "/data/visits"
LOCAL_RESULTS = "/data/results"
FORMULA = "remission ~ time * sex + bmi + (1 + time | person)"
FAMILY = "binomial"

# Of a monthly schedule, Airflow 2 has the first day of the month before here, and Airflow 3 (whose default timetable has no
# intervals) the day of the run: name the folders accordingly.
MONTH = "{{ ds }}"
# The first day of the month before, whose results are in a folder of that name.
LAST_MONTH = "{{ macros.ds_format(macros.ds_add(ds[:8] ~ '01', -1), '%Y-%m-%d', '%Y-%m-01') }}"
# An attempt of its own: that of an attempt before says nothing about this one.
STATUS = "/status/{{ ds }}-{{ ti.try_number }}.json"

FINAL = {2: "usage", 3: "data", 4: "not converged, the results are written", 5: "the output exists"}


def read_status(path):
    """The status that the program wrote, or None if it did not come to its end."""
    try:
        if path.startswith("/"):
            with open(path, encoding="utf-8") as file:
                text = file.read()
        else:
            text = subprocess.run(["hdfs", "dfs", "-cat", path], check=True, capture_output=True, encoding="utf-8", timeout=120).stdout
        return json.loads(text)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def final_if_told(execute, context, path):
    """Executes; of a failure that another attempt would only repeat makes one that Airflow does not retry."""
    try:
        return execute(context)
    except AirflowSkipException:
        raise
    except Exception as failure:
        status = read_status(path)
        if status is not None and status.get("exitCode") in FINAL:
            code = status["exitCode"]
            raise AirflowFailException(f"{FINAL[code]} (exit code {code}): {status.get('message', '')}") from failure
        raise


class GlmmSubmit(SparkSubmitOperator):
    """spark-submit that knows how the program ended."""

    template_fields = (*SparkSubmitOperator.template_fields, "status_file")

    def __init__(self, *, status_file, **kwargs):
        super().__init__(**kwargs)
        self.status_file = status_file

    def execute(self, context):
        return final_if_told(super().execute, context, self.status_file)


class GlmmBash(BashOperator):
    """A shell command that knows how the program ended."""

    template_fields = (*BashOperator.template_fields, "status_file")

    def __init__(self, *, status_file, **kwargs):
        super().__init__(**kwargs)
        self.status_file = status_file

    def execute(self, context):
        return final_if_told(super().execute, context, self.status_file)


MONTHLY = {
    "schedule": "0 4 1 * *",
    "start_date": datetime(2025, 1, 1),
    "catchup": False,
    "max_active_runs": 1,
    "default_args": {"retries": 3, "retry_delay": timedelta(minutes=10), "retry_exponential_backoff": True},
}

with DAG(dag_id="glmm_monthly_cluster", **MONTHLY) as cluster:
    GlmmSubmit(
        task_id="fit",
        conn_id="spark_default",  # master and deploy mode: yarn, cluster
        application=JAR,
        java_class="org.sparkglmm.spark.cli.Main",
        # Airflow makes the attempts, not YARN, which would repeat usage errors too.
        # Of letters that are not ASCII, a driver in the locale C would see none; and executors, unless told, show rows to anybody.
        conf={
            "spark.yarn.maxAppAttempts": "1",
            "spark.yarn.appMasterEnv.LC_ALL": "C.UTF-8",
            "spark.authenticate": "true",
            "spark.network.crypto.enabled": "true",
            "spark.io.encryption.enabled": "true",
        },
        executor_memory="8g",
        num_executors=10,
        # A list: no shell sees it.
        application_args=[
            "fit",
            "--data", f"{DATA}/{MONTH}",
            "--formula", FORMULA,
            "--family", FAMILY,
            "--out", f"{RESULTS}/{MONTH}",
            "--on-exists", "resume",
            "--status", RESULTS + STATUS,
            # Begins where last month's fit of the same model ended; needs that folder.
            # "--start", f"{RESULTS}/{LAST_MONTH}",
        ],
        status_file=RESULTS + STATUS,
    )

with DAG(dag_id="glmm_monthly_local", **MONTHLY) as local:
    GlmmBash(
        task_id="fit",
        # Nothing is templated here: values come through the environment and in quotes, so none can become a command. exec: the
        # signal by which Airflow ends a task reaches the program.
        bash_command=(
            'exec "$GLMM_HOME/scripts/spark-glmm" fit --quiet --data "$GLMM_DATA" --formula "$GLMM_FORMULA" --family "$GLMM_FAMILY"'
            ' --out "$GLMM_OUT" --on-exists resume --status "$GLMM_STATUS"'
            # ' --start "$GLMM_START"'
        ),
        env={
            "GLMM_HOME": HOME,
            "GLMM_DATA": f"{LOCAL_DATA}/{MONTH}",
            "GLMM_FORMULA": FORMULA,
            "GLMM_FAMILY": FAMILY,
            "GLMM_OUT": f"{LOCAL_RESULTS}/{MONTH}",
            "GLMM_START": f"{LOCAL_RESULTS}/{LAST_MONTH}",
            "GLMM_STATUS": LOCAL_RESULTS + STATUS,
            # A worker often runs in the locale C, in which no letter is known but ASCII's.
            "LC_ALL": "C.UTF-8",
        },
        append_env=True,
        status_file=LOCAL_RESULTS + STATUS,
    )
