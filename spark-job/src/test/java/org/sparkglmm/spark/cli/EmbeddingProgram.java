package org.sparkglmm.spark.cli;

import org.apache.spark.sql.SparkSession;

/** A program with a session of its own, such as a notebook, that runs commands in it: {@link EmbeddedTest} starts it. */
final class EmbeddingProgram {
    private EmbeddingProgram() {}

    /** A table, a good and a bad formula. Exits with 0 only if every line was reached. */
    public static void main(String[] arguments) {
        SparkSession session = TestSession.get();
        Main.main(check(arguments[0], arguments[1]));
        try {
            Main.main(check(arguments[0], arguments[2]));
            System.exit(10);
        } catch (IllegalStateException expected) {
            System.out.println("exception: " + expected.getMessage());
        }
        if (Main.run(check("absent.csv", arguments[1])) != ExitCode.DATA) {
            System.exit(11);
        }
        System.out.println("the session still counts: " + session.range(3).count());
        session.stop();
    }

    private static String[] check(String data, String formula) {
        return new String[] {"check", "--data", data, "--family", "binomial", "--formula", formula};
    }
}
