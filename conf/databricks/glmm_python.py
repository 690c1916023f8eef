# Databricks notebook source
# MAGIC %md
# MAGIC # A mixed model with spark-glmm
# MAGIC Attach `spark-glmm.jar` to the compute as a library (from a volume) first.
# MAGIC
# MAGIC - **Access mode: Dedicated.** Standard and serverless compute have no RDDs, and no `spark._jvm`.
# MAGIC - **Java 17**, the default from runtime 16 on. For 14.3 and 15.4 LTS set the environment variable `JNAME=zulu17-ca-amd64` of the compute (untried).

# COMMAND ----------

from pyspark.sql import DataFrame

folder = "dbfs:/Volumes/main/registry/glmm"
visits = spark.read.option("header", "true").option("inferSchema", "true").csv(f"{folder}/toenail.csv")
jvm = spark._jvm

# COMMAND ----------

# MAGIC %md
# MAGIC ## The estimator: a table in, a model out

# COMMAND ----------

model = (
    jvm.org.sparkglmm.ml.Glmm()
    .setFormula("outcome ~ treatment * time + (1 | patientID)")
    .setFamily("binomial")
    .setLevels(["treatment=itraconazole,terbinafine"])
    .fit(visits._jdf)
)
print(model.summary())

# COMMAND ----------

# One row a person: conditional modes and their standard deviations.
DataFrame(model.randomEffects(), spark).createOrReplaceTempView("random_effects")
spark.sql("SELECT count(*) AS persons, stddev(re_intercept) AS spread FROM random_effects").show()

# COMMAND ----------

# The folder that the command `fit` writes: summary.txt, report.html, model.json, random_effects/
model.save(f"{folder}/toenail", "overwrite")
spark.read.option("multiLine", "true").json(f"{folder}/toenail/model.json").select("status", "logLik", "aic").show()

# COMMAND ----------

predicted = DataFrame(model.transform(visits._jdf), spark)
predicted.groupBy("treatment").agg({"response_marginal": "avg", "response_conditional": "avg"}).show()
model.unpersist()

# COMMAND ----------

# MAGIC %md
# MAGIC ## The command line, in this session
# MAGIC What it prints goes to the driver's log; the exit code is returned.

# COMMAND ----------

code = jvm.org.sparkglmm.spark.cli.Main.run([
    "predict",
    "--model", f"{folder}/toenail",
    "--data", f"{folder}/toenail.csv",
    "--on-exists", "overwrite",
    "--status", f"{folder}/status.json",
    "--out", f"{folder}/predicted",
])
assert code == 0, spark.read.text(f"{folder}/status.json").head()[0]
print("predicted rows:", spark.read.parquet(f"{folder}/predicted").count())
