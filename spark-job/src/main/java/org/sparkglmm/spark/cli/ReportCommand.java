package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.spark.output.OutputFile;
import org.sparkglmm.spark.output.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code report}: the page of a fit. Reads the model file only, no data. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Write the page of a fit, to read and to send on, from its model file.")
final class ReportCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of a fit.")
    private String model;

    @Option(
            names = "--out",
            paramLabel = "FILE.html",
            description = "A new file for the page (default: report.html in the folder of the fit, written anew).")
    private String out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Configuration files = SessionOptions.fileSystems();
        String target = out == null ? new Path(model, Report.NAME).toString() : out;
        String page = Report.of(model, files);
        if (out == null) {
            OutputOptions.say(OutputFile.writeAgain(model, Report.NAME, page, files), spec);
        } else {
            OutputFile.write(target, page, false, files);
        }
        PrintWriter console = spec.commandLine().getOut();
        console.println("The report is in " + target);
        console.flush();
        return ExitCode.OK;
    }
}
