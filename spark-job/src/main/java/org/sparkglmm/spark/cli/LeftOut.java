package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkglmm.spark.data.UnreadableColumns;
import picocli.CommandLine.Model.CommandSpec;

/** Says which columns of a table could not be written again, where a command writes its rows. */
final class LeftOut {
    private LeftOut() {}

    static void say(CommandSpec spec, Dataset<Row> table) {
        List<String> names = UnreadableColumns.names(table.schema());
        if (names.isEmpty()) {
            return;
        }
        PrintWriter console = spec.commandLine().getOut();
        console.println("Columns left out, since they cannot be read: " + String.join(", ", names));
        console.flush();
    }
}
