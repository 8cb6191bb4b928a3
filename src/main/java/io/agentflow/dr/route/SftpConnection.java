package io.agentflow.dr.route;

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.SftpException;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.camel.component.file.remote.SftpConfiguration;
import org.apache.camel.component.file.remote.SftpEndpoint;
import org.apache.camel.component.file.remote.SftpOperations;

/** A session with an SFTP server, made as an endpoint of Camel's says: its keys, its known hosts, its time limits. */
final class SftpConnection implements AutoCloseable {
    private final Session session;
    private final ChannelSftp channel;

    private SftpConnection(Session session, ChannelSftp channel) {
        this.session = session;
        this.channel = channel;
    }

    /** Camel's reading of its own options, without its transfers. */
    private static final class Sessions extends SftpOperations {
        Session of(SftpEndpoint endpoint) throws JSchException {
            setEndpoint(endpoint);
            return createSession(endpoint.getConfiguration());
        }
    }

    static SftpConnection to(SftpEndpoint endpoint) throws IOException {
        SftpConfiguration options = endpoint.getConfiguration();
        Session session = null;
        try {
            session = new Sessions().of(endpoint);
            session.setTimeout(options.getSoTimeout());
            session.connect(options.getConnectTimeout());
            ChannelSftp channel = (ChannelSftp) session.openChannel("sftp");
            channel.connect(options.getConnectTimeout());
            return new SftpConnection(session, channel);
        } catch (JSchException e) {
            if (session != null) {
                session.disconnect();
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    /** What is done with the channel. */
    interface Act<T> {
        T on(ChannelSftp channel) throws SftpException;
    }

    /**
     * Does something.
     *
     * @throws FileNotFoundException if the server says that there is no such file
     * @throws IOException if it fails in any other way
     */
    <T> T run(Act<T> act) throws IOException {
        try {
            return act.on(channel);
        } catch (SftpException e) {
            String said = e.getMessage() == null ? e.toString() : e.getMessage();
            throw e.id == ChannelSftp.SSH_FX_NO_SUCH_FILE
                    ? (IOException) new FileNotFoundException(said).initCause(e)
                    : new IOException(said, e);
        }
    }

    boolean usable() {
        return session.isConnected() && channel.isConnected();
    }

    @Override
    public void close() {
        session.disconnect();
    }
}
