package io.agentflow.dr.route;

import io.agentflow.dr.core.Secret;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import java.lang.reflect.InvocationTargetException;

/** Connections to a broker of JMS, by the client that the user has chosen, always with the configured user. */
public final class BrokerConnections implements ConnectionFactory {
    private final ConnectionFactory client;
    private final String user;
    private final Secret password;

    private BrokerConnections(ConnectionFactory client, String user, Secret password) {
        this.client = client;
        this.user = user;
        this.password = password;
    }

    /** The class is not there, or is none that can be used. The message goes on from its name. */
    public static final class NoFactory extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        NoFactory(String why, Throwable cause) {
            super(why, cause);
        }
    }

    /**
     * Makes the client. It does not connect yet.
     *
     * @param factory a class with a constructor that takes the address, as those of Artemis, ActiveMQ and Qpid have
     * @param user empty for none
     * @throws NoFactory if there is no such class
     * @throws IllegalArgumentException if it does not take the address; says nothing of it, as it may hold a password
     */
    public static BrokerConnections of(String factory, String url, String user, Secret password) {
        try {
            Class<? extends ConnectionFactory> type = Class.forName(factory).asSubclass(ConnectionFactory.class);
            return new BrokerConnections(type.getConstructor(String.class).newInstance(url), user, password);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new NoFactory("is neither in lib/ nor, with all that it needs, in AF_LIB", e);
        } catch (ClassCastException | NoSuchMethodException | InstantiationException | IllegalAccessException e) {
            throw new NoFactory("is no jakarta.jms.ConnectionFactory that is made with an address", e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("the address is not taken", e);
        }
    }

    @Override
    public Connection createConnection() throws JMSException {
        return user.isEmpty() ? client.createConnection() : client.createConnection(user, password.reveal());
    }

    @Override
    public Connection createConnection(String other, String itsPassword) throws JMSException {
        return client.createConnection(other, itsPassword);
    }

    @Override
    public JMSContext createContext() {
        return createContext(JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public JMSContext createContext(int sessionMode) {
        return user.isEmpty()
                ? client.createContext(sessionMode)
                : client.createContext(user, password.reveal(), sessionMode);
    }

    @Override
    public JMSContext createContext(String other, String itsPassword) {
        return client.createContext(other, itsPassword);
    }

    @Override
    public JMSContext createContext(String other, String itsPassword, int sessionMode) {
        return client.createContext(other, itsPassword, sessionMode);
    }
}
