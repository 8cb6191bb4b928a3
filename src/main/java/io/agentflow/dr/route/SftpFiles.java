package io.agentflow.dr.route;

import com.jcraft.jsch.ChannelSftp.LsEntrySelector;
import com.jcraft.jsch.SftpATTRS;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.remote.SftpEndpoint;

/**
 * What a route of a store asks an SFTP server for and Camel's component cannot do: list a folder, open one file of many,
 * tell its length, delete it. The body is the endpoint, {@code sftp:host/folder?…}; the file is named by the variable
 * {@code key} or {@code folder}. Takes camel-ftp.
 */
public final class SftpFiles {
    private final Map<String, Deque<SftpConnection>> idle = new ConcurrentHashMap<>();
    /** A server lets few strangers in at once; of those it knows, more. */
    private final Object door = new Object();
    /** Whoever only asks is soon done, and takes no connection of his own for that. */
    private final Semaphore asking = new Semaphore(8);

    /** What lies in the folder, in lines as {@code docs/stores/route.md} says. @throws IOException if it cannot be told */
    public String list(String endpoint, Exchange exchange) throws IOException {
        String folder = path(endpoint, exchange, "folder");
        StringBuilder lines = new StringBuilder();
        LsEntrySelector each = entry -> {
            SftpATTRS is = entry.getAttrs();
            String name = entry.getFilename();
            if (is.isDir() && !name.equals(".") && !name.equals("..")) {
                lines.append(name).append("/\n");
            } else if (is.isReg()) {
                lines.append(is.getSize()).append(' ').append(name).append('\n');
            }
            return LsEntrySelector.CONTINUE;
        };
        return with(endpoint, exchange, channel -> {
            lines.setLength(0);
            channel.ls(folder, each);
            return lines.toString();
        });
    }

    /** The length of the file. @throws FileNotFoundException if there is none @throws IOException if it cannot be told */
    public String stat(String endpoint, Exchange exchange) throws IOException {
        String file = path(endpoint, exchange, "key");
        return with(
                endpoint, exchange, channel -> String.valueOf(channel.stat(file).getSize()));
    }

    /** Deletes the file, or the folder if that is what the key names. @throws IOException if it cannot be deleted */
    public void delete(String endpoint, Exchange exchange) throws IOException {
        String file = path(endpoint, exchange, "key");
        with(endpoint, exchange, channel -> {
            if (file.endsWith("/")) {
                channel.rmdir(file.substring(0, file.length() - 1));
            } else {
                channel.rm(file);
            }
            return file;
        });
    }

    /** The bytes of the file, as a stream. @throws FileNotFoundException if there is none @throws IOException if it fails */
    public InputStream open(String endpoint, Exchange exchange) throws IOException {
        String file = path(endpoint, exchange, "key");
        SftpConnection connection = taken(endpoint, exchange);
        try {
            return new Reading(connection.run(channel -> channel.get(file)), connection, idle(endpoint));
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** A connection that is busy until its file is read, and of no more use if that is broken off. */
    private static final class Reading extends FilterInputStream {
        private final SftpConnection connection;
        private final Deque<SftpConnection> idle;
        private boolean ended;
        private boolean closed;

        Reading(InputStream file, SftpConnection connection, Deque<SftpConnection> idle) {
            super(file);
            this.connection = connection;
            this.idle = idle;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = in.read(buffer, offset, length);
            ended |= count < 0;
            return count;
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            if (ended) {
                in.close();
                idle.push(connection);
            } else {
                connection.close();
            }
        }
    }

    private <T> T with(String endpoint, Exchange exchange, SftpConnection.Act<T> act) throws IOException {
        asking.acquireUninterruptibly();
        try {
            return asked(endpoint, exchange, act);
        } finally {
            asking.release();
        }
    }

    private <T> T asked(String endpoint, Exchange exchange, SftpConnection.Act<T> act) throws IOException {
        SftpConnection connection = taken(endpoint, exchange);
        try {
            T result = connection.run(act);
            idle(endpoint).push(connection);
            return result;
        } catch (FileNotFoundException e) {
            idle(endpoint).push(connection);
            throw e;
        } catch (IOException | RuntimeException e) {
            connection.close();
            // Those that were opened with it are gone, too, or soon will be.
            forget(endpoint);
            throw e;
        }
    }

    private Deque<SftpConnection> idle(String endpoint) {
        return idle.computeIfAbsent(endpoint, none -> new ConcurrentLinkedDeque<>());
    }

    private SftpConnection taken(String endpoint, Exchange exchange) throws IOException {
        for (SftpConnection one = idle(endpoint).poll();
                one != null;
                one = idle(endpoint).poll()) {
            if (one.usable()) {
                return one;
            }
            one.close();
        }
        synchronized (door) {
            return SftpConnection.to(exchange.getContext().getEndpoint(endpoint, SftpEndpoint.class));
        }
    }

    private void forget(String endpoint) {
        for (SftpConnection one = idle(endpoint).poll();
                one != null;
                one = idle(endpoint).poll()) {
            one.close();
        }
    }

    private static String path(String endpoint, Exchange exchange, String variable) {
        String folder = exchange.getContext()
                .getEndpoint(endpoint, SftpEndpoint.class)
                .getConfiguration()
                .getDirectory();
        String named = exchange.getVariable(variable, String.class);
        String path = (folder == null || folder.isEmpty() ? "" : folder + "/") + (named == null ? "" : named);
        return path.isEmpty() ? "." : path;
    }
}
