// Databricks notebook source
// MAGIC %md
// MAGIC # A mixed model with spark-glmm
// MAGIC Attach `spark-glmm.jar` to the compute as a library (from a volume) first.
// MAGIC
// MAGIC - **Access mode: Dedicated.** Standard and serverless compute have no RDDs; there every fit ends with a sentence that says so.
// MAGIC - **Java 17**, the default from runtime 16 on. For 14.3 and 15.4 LTS set the environment variable `JNAME=zulu17-ca-amd64` of the compute;
// MAGIC   on their Java 8 the first command ends with `UnsupportedClassVersionError`.
// MAGIC - One and the same JAR for Scala 2.12 and 2.13.

// COMMAND ----------

val folder = "dbfs:/Volumes/main/registry/glmm"
val visits = spark.read.option("header", "true").option("inferSchema", "true").csv(s"$folder/toenail.csv")

// COMMAND ----------

// MAGIC %md
// MAGIC ## The estimator: a table in, a model out

// COMMAND ----------

import org.sparkglmm.ml.Glmm

val model = new Glmm()
  .setFormula("outcome ~ treatment * time + (1 | patientID)")
  .setFamily("binomial")
  .fit(visits)
println(model.summary())

// COMMAND ----------

// One row a person: conditional modes and their standard deviations.
model.randomEffects().createOrReplaceTempView("random_effects")
spark.sql("SELECT count(*) AS persons, stddev(re_intercept) AS spread FROM random_effects").show()

// COMMAND ----------

// The folder that the command `fit` writes: summary.txt, report.html, model.json, random_effects/
model.save(s"$folder/toenail", "overwrite")
spark.read.option("multiLine", "true").json(s"$folder/toenail/model.json").select("status", "logLik", "aic").show()

// COMMAND ----------

val predicted = model.transform(visits)
predicted.groupBy("treatment").agg(Map("response_marginal" -> "avg", "response_conditional" -> "avg")).show()
model.unpersist()

// COMMAND ----------

// MAGIC %md
// MAGIC ## The command line, in this session
// MAGIC What it prints goes to the driver's log; the exit code is returned. A job's JAR task runs the same with the main class
// MAGIC `org.sparkglmm.spark.cli.Main` (see `job.json`); it fails if the exit code is not 0 and leaves the session alone.

// COMMAND ----------

import org.sparkglmm.spark.cli.Main

val code = Main.run(
  "predict",
  "--model", s"$folder/toenail",
  "--data", s"$folder/toenail.csv",
  "--on-exists", "overwrite",
  "--status", s"$folder/status.json",
  "--out", s"$folder/predicted")
require(code == 0, spark.read.text(s"$folder/status.json").head().getString(0))
println("predicted rows: " + spark.read.parquet(s"$folder/predicted").count())
