package org.sparkglmm.spark.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkConf;

/**
 * The doors of a session of our own on this machine, closed to its other users. Spark listens on two ports of the loopback device and,
 * unless told otherwise, hands the rows it holds to whoever asks there; and it leaves its files of rows readable to all in /tmp.
 */
final class LocalDoors {
    /** Masters for which Spark makes a fresh secret itself and keeps it in the process; local-cluster is none of them. */
    private static final Pattern IN_THIS_PROCESS = Pattern.compile("local(\\[.*])?");

    private static final String DIRECTORIES = "spark.local.dir";

    /** Set by a cluster's administrator; where it is, Spark does not look at the setting above. */
    private static final String OVERRULES = "SPARK_LOCAL_DIRS";

    /** Spark's own hook, which removes what is in our folders, has 40 and a higher number runs first. */
    private static final int AFTER_SPARK = 5;

    /** One a folder asked for and process: Spark remembers the first one it was told until the process ends. */
    private static final Map<String, Path> PRIVATE = new HashMap<>();

    private LocalDoors() {}

    /** Adds what a session on this machine needs to keep its rows to itself; what the user has set stays. */
    static void close(SparkConf conf) {
        if (!IN_THIS_PROCESS.matcher(conf.get("spark.master")).matches()) {
            return;
        }
        if (!conf.contains("spark.authenticate")) {
            conf.set("spark.authenticate", "true");
        }
        List<String> folders = new ArrayList<>();
        for (String asked :
                conf.get(DIRECTORIES, System.getProperty("java.io.tmpdir")).split(",")) {
            folders.add(privateFolder(asked.strip()).toString());
        }
        conf.set(DIRECTORIES, String.join(",", folders));
    }

    /** What lies in the folders of {@value #OVERRULES} before a session begins, to tell Spark's new ones from those of others. */
    static Set<Path> before() {
        return new HashSet<>(overruling());
    }

    /** Closes the folders that Spark has made in those of {@value #OVERRULES}, before there are rows in them. */
    static void closeNew(Set<Path> before) {
        for (Path folder : overruling()) {
            if (!before.contains(folder)) {
                try {
                    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
                } catch (IOException | UnsupportedOperationException notOurs) {
                    // Made by another process meanwhile, or a file system without permissions.
                    continue;
                }
            }
        }
    }

    private static List<Path> overruling() {
        List<Path> out = new ArrayList<>();
        String folders = System.getenv(OVERRULES);
        if (folders != null) {
            for (String folder : folders.split(",")) {
                try (DirectoryStream<Path> inside =
                        Files.newDirectoryStream(Path.of(folder.strip()), "{blockmgr-,spark-}*")) {
                    inside.forEach(out::add);
                } catch (IOException notThere) {
                    // Spark says so itself.
                    continue;
                }
            }
        }
        return out;
    }

    private static synchronized Path privateFolder(String asked) {
        Path known = PRIVATE.get(asked);
        if (known != null && Files.isDirectory(known)) {
            return known;
        }
        try {
            Path parent = Files.createDirectories(Path.of(asked));
            // The JDK gives it mode 0700 wherever a file system has modes.
            Path made = Files.createTempDirectory(parent, "spark-glmm-");
            PRIVATE.put(asked, made);
            ShutdownHookManager.get().addShutdownHook(() -> remove(made), AFTER_SPARK);
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Spark has removed what was in it, if it came to that; tasks that a signal interrupts may still write, so more than once. */
    private static void remove(Path folder) {
        for (int attempt = 0; attempt < 20 && Files.exists(folder); attempt++) {
            try {
                if (attempt > 0) {
                    Thread.sleep(50);
                }
                Files.walkFileTree(folder, new Removal());
            } catch (IOException again) {
                continue;
            } catch (InterruptedException e) {
                // The time for all hooks is over; what is left is readable to its owner alone.
                return;
            }
        }
    }

    private static final class Removal extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
