package org.sparkglmm.spark.cli;

import org.apache.spark.sql.SparkSession;

/** One small local session for the tests that run commands inside this JVM, as a notebook would. */
public final class TestSession {
    private TestSession() {}

    public static SparkSession get() {
        return SparkSession.builder()
                .master("local[2]")
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.warehouse.dir", System.getProperty("test.warehouse", "target/warehouse"))
                .getOrCreate();
    }

    public static void stop() {
        get().stop();
        SparkSession.clearDefaultSession();
        SparkSession.clearActiveSession();
    }
}
