package org.sparkglmm.spark.engine;

import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.UsageException;

/** What the engine asks of a session that was there before it. */
public final class SparkSessions {
    private SparkSessions() {}

    /** {@link UsageException} if the session has no RDDs, as with Spark Connect and on Databricks' standard and serverless compute. */
    public static void requireRdds(SparkSession session) {
        requireContext(session::sparkContext);
    }

    /** How Hadoop finds file systems. */
    public static Configuration hadoop(SparkSession session) {
        return session.sparkContext().hadoopConfiguration();
    }

    /** Tasks that run at once. */
    public static int cores(SparkSession session) {
        return session.sparkContext().defaultParallelism();
    }

    /** {@link UsageException} if there is no table, or one without end. */
    public static void requireTable(Dataset<?> table) {
        if (table == null) {
            throw new UsageException("there is no table: the DataFrame is null");
        }
        if (table.isStreaming()) {
            throw new UsageException("the DataFrame is a stream, which has no end: write it to a table and use that");
        }
    }

    /** The same, of whatever the session answers when asked for its context. */
    static void requireContext(Callable<SparkContext> context) {
        try {
            if (context.call() != null) {
                return;
            }
        } catch (Exception | LinkageError refused) {
            // An UnsupportedOperationException, a SparkException, a security manager's or a method that is not there,
            // by version.
            throw withoutRdds(refused);
        }
        throw withoutRdds(null);
    }

    private static UsageException withoutRdds(Throwable cause) {
        UsageException e = new UsageException(
                "this Spark session has no RDDs (Spark Connect, or Databricks' standard or serverless"
                        + " compute), which spark-glmm needs: run it on dedicated compute or with spark-submit");
        e.initCause(cause);
        return e;
    }
}
