package org.sparkglmm.spark.engine;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.apache.spark.api.java.JavaNewHadoopRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** Work on files, shared out to tasks. */
public final class FileTasks {
    private static final int LARGEST_PART = 128 << 20;
    private static final int SMALLEST_PART = 4 << 20;

    private FileTasks() {}

    /** What a task makes of the lines of a part of a file. */
    public interface OfLines<R> extends Serializable {
        /**
         * @param file the file's path
         * @param start the place of the part's first byte; a line belongs to the part in which it begins
         * @param lines in the bytes of one and the same object, without what ends them, which is a line feed alone
         */
        R of(String file, long start, Iterator<Text> lines);
    }

    /**
     * Works on items, some a task.
     *
     * @param itemsATask how many
     * @param task of some of the items
     */
    public static <T, R> List<R> ofItems(
            SparkSession spark, List<T> items, int itemsATask, FlatMapFunction<Iterator<T>, R> task) {
        return new JavaSparkContext(spark.sparkContext())
                .parallelize(items, (items.size() + itemsATask - 1) / itemsATask)
                .mapPartitions(task)
                .collect();
    }

    /**
     * Works on the lines of text files, part by part.
     *
     * @param whole whether a file is one part
     * @throws IOException if a file is not there
     */
    public static <R> List<R> ofLines(SparkSession spark, List<Path> files, boolean whole, OfLines<R> task)
            throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Configuration configuration = new Configuration(context.hadoopConfiguration());
        configuration.set("textinputformat.record.delimiter", "\n");
        try {
            long bytes = files.stream()
                    .parallel()
                    .mapToLong(file -> length(file, configuration))
                    .sum();
            Job job = Job.getInstance(configuration);
            FileInputFormat.setInputPaths(
                    job, files.stream().map(FileTasks::literal).toArray(Path[]::new));
            int cores = Math.max(1, context.defaultParallelism());
            if (whole) {
                FileInputFormat.setMinInputSplitSize(job, Long.MAX_VALUE);
            } else {
                FileInputFormat.setMaxInputSplitSize(
                        job, Math.min(LARGEST_PART, Math.max(SMALLEST_PART, bytes / cores + 1)));
            }
            JavaNewHadoopRDD<LongWritable, Text> lines = (JavaNewHadoopRDD<LongWritable, Text>) context.newAPIHadoopRDD(
                    job.getConfiguration(), TextInputFormat.class, LongWritable.class, Text.class);
            int tasks = (int) Math.min(lines.getNumPartitions(), Math.max(2L * cores, bytes / LARGEST_PART + 1));
            return lines.mapPartitionsWithInputSplit(
                            (split, in) -> {
                                FileSplit part = (FileSplit) split;
                                return List.of(task.of(part.getPath().toString(), part.getStart(), texts(in)))
                                        .iterator();
                            },
                            false)
                    .coalesce(tasks)
                    .collect();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Iterator<Text> texts(Iterator<Tuple2<LongWritable, Text>> lines) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return lines.hasNext();
            }

            @Override
            public Text next() {
                return lines.next()._2();
            }
        };
    }

    /** A path that means just this file or folder, whatever signs are in it. */
    public static Path literal(Path path) {
        String escaped = path.toUri().getPath().replaceAll("[{}\\[\\]*?\\\\]", "\\\\$0");
        return new Path(path.toUri().getScheme(), path.toUri().getAuthority(), escaped);
    }

    private static long length(Path file, Configuration configuration) {
        try {
            return file.getFileSystem(configuration).getFileStatus(file).getLen();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
