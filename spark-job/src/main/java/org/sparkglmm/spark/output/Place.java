package org.sparkglmm.spark.output;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a path leads, however it is written: through links, with or without the name of the default file system, its port or its host's
 * domain. Two places touch if they are one or one lies in the other.
 */
final class Place {
    private static final Set<String> HDFS = Set.of("hdfs", "webhdfs", "swebhdfs");
    /** A NameNode's, where none is said. */
    private static final int HDFS_PORT = 8020;

    private static final String GLOB = "*?[{";

    private final String scheme;
    private final String host;
    private final int port;
    private final String path;
    private final java.nio.file.Path local;

    private Place(String scheme, String host, int port, String path, java.nio.file.Path local) {
        this.scheme = scheme;
        this.host = host;
        this.port = port;
        this.path = path;
        this.local = local;
    }

    /** Where a path leads; other file systems than this machine's are not asked. */
    static Place of(Path path, Configuration configuration) {
        Path given = path;
        URI byDefault = FileSystem.getDefaultUri(configuration);
        String scheme = scheme(given.toUri().getScheme() == null ? byDefault : given.toUri());
        try {
            if (scheme.equals("file") || scheme.equals("viewfs") || !given.isAbsolute()) {
                FileSystem files = given.getFileSystem(configuration);
                given = files.makeQualified(given);
                if (scheme.equals("viewfs")) {
                    given = mounted(files, given);
                    scheme = scheme(given.toUri());
                }
                Path real = Disk.of(files).real(given);
                java.nio.file.Path local = Disk.of(files).local(real);
                if (local != null) {
                    return new Place("file", "", 0, real.toUri().getPath(), local);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // What cannot be asked is compared as it is written.
            given = path;
        }
        URI uri = given.toUri();
        String authority = uri.getAuthority() != null
                ? uri.getAuthority()
                : scheme.equals(scheme(byDefault)) ? byDefault.getAuthority() : null;
        String host = authority == null ? "" : authority.toLowerCase(Locale.ROOT);
        int port = -1;
        if (HDFS.contains(scheme)) {
            String service = nameService(host, configuration);
            int colon = service.lastIndexOf(':');
            if (colon >= 0 && service.substring(colon + 1).matches("\\d{1,5}")) {
                port = Integer.parseInt(service.substring(colon + 1));
                service = service.substring(0, colon);
            } else {
                port = HDFS_PORT;
            }
            host = service;
        }
        return new Place(scheme, host, port, uri.getPath(), null);
    }

    /** The places of a path that may hold wildcards. */
    static List<Place> all(String path, Configuration configuration) {
        Path pattern = new Path(path);
        List<Place> out = new ArrayList<>(List.of(of(pattern, configuration)));
        boolean wild = path.chars().anyMatch(c -> GLOB.indexOf(c) >= 0);
        String scheme =
                scheme(pattern.toUri().getScheme() == null ? FileSystem.getDefaultUri(configuration) : pattern.toUri());
        if (wild && scheme.equals("file")) {
            try {
                FileStatus[] found = pattern.getFileSystem(configuration).globStatus(pattern);
                for (FileStatus file : found == null ? new FileStatus[0] : found) {
                    out.add(of(file.getPath(), configuration));
                }
            } catch (IOException | IllegalArgumentException e) {
                // Reading it will fail too, and say so.
                return out;
            }
        }
        return out;
    }

    private static String scheme(URI uri) {
        String scheme = uri.getScheme() == null ? "file" : uri.getScheme().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "s3", "s3n" -> "s3a";
            case "abfss" -> "abfs";
            default -> scheme;
        };
    }

    /** What a mount point of viewfs stands for, asked of the nearest folder that is there. */
    private static Path mounted(FileSystem files, Path path) throws IOException {
        Path rest = null;
        for (Path at = path; at != null; at = at.getParent()) {
            if (files.exists(at)) {
                Path there = files.resolvePath(at);
                return rest == null ? there : new Path(there, rest);
            }
            rest = rest == null ? new Path(at.getName()) : new Path(at.getName(), rest);
        }
        return path;
    }

    /** The name of the service that a NameNode belongs to, where the configuration has one. */
    private static String nameService(String authority, Configuration configuration) {
        for (String service : configuration.getTrimmedStrings("dfs.nameservices")) {
            for (String node : configuration.getTrimmedStrings("dfs.ha.namenodes." + service)) {
                for (String what : List.of("rpc", "http", "https")) {
                    String address =
                            configuration.getTrimmed("dfs.namenode." + what + "-address." + service + "." + node, "");
                    if (address.equalsIgnoreCase(authority) || address.equalsIgnoreCase(authority + ":" + HDFS_PORT)) {
                        return service.toLowerCase(Locale.ROOT);
                    }
                }
            }
        }
        return authority;
    }

    /** Whether the two are one, or one lies in the other. */
    boolean touches(Place other) {
        return within(other) || other.within(this);
    }

    /** Whether this is the other or lies in it. */
    boolean within(Place other) {
        if (local == null || other.local == null) {
            return local == other.local && slashed(path).startsWith(slashed(other.path)) && sameFiles(other);
        }
        for (java.nio.file.Path at = local; at != null; at = at.getParent()) {
            // Also where upper and lower case are one, or a folder is mounted twice.
            if (at.equals(other.local) || isSame(at, other.local)) {
                return true;
            }
        }
        return false;
    }

    private static String slashed(String path) {
        return path.endsWith("/") ? path : path + "/";
    }

    private static boolean isSame(java.nio.file.Path a, java.nio.file.Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            return false;
        }
    }

    private boolean sameFiles(Place other) {
        if (HDFS.contains(scheme) && HDFS.contains(other.scheme)) {
            // HDFS by its own protocol and by HTTP: the ports are different ones.
            return (port == other.port || !scheme.equals(other.scheme)) && sameHost(host, other.host);
        }
        return scheme.equals(other.scheme) && host.equals(other.host);
    }

    private static boolean sameHost(String a, String b) {
        if (a.equals(b)) {
            return true;
        }
        try {
            return InetAddress.getByName(a).equals(InetAddress.getByName(b));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
