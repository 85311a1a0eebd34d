package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.membership.Address;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server of DNS that speaks the protocol, on loopback. */
class ServiceRecordsTest {

    private static final int HEADER = 12;
    private static final int SRV = 33;

    private DatagramSocket socket;
    private volatile List<Address> hosts = List.of();
    private volatile int code;

    @BeforeEach
    void serve() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread server = new Thread(this::answerAll, "dns");
        server.setDaemon(true);
        server.start();
    }

    @AfterEach
    void end() {
        socket.close();
    }

    private List<Address> lookUp() throws IOException {
        return ServiceRecords.lookUp("_gossip._tcp.orders.test", "dns://127.0.0.1:" + socket.getLocalPort());
    }

    @Test
    void eachRecordIsAHostAndAPort() throws IOException {
        hosts = List.of(new Address("orders-1.orders.test", 7947), new Address("orders-0.orders.test", 7946));
        assertThat(lookUp())
                .containsExactly(new Address("orders-0.orders.test", 7946), new Address("orders-1.orders.test", 7947));
    }

    @Test
    void aServiceWithoutRecordsIsAnError() {
        assertThatThrownBy(this::lookUp)
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("_gossip._tcp.orders.test");
    }

    @Test
    void aServiceThatDoesNotExistIsAnErrorThatNamesIt() {
        code = 3;
        assertThatThrownBy(this::lookUp)
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("_gossip._tcp.orders.test");
    }

    private void answerAll() {
        byte[] buffer = new byte[512];
        while (!socket.isClosed()) {
            try {
                DatagramPacket query = new DatagramPacket(buffer, buffer.length);
                socket.receive(query);
                byte[] answer = answer(Arrays.copyOf(buffer, query.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
            } catch (IOException e) {
                return; // closed: the test has ended
            }
        }
    }

    /** RFC 1035, section 4.1; RFC 2782 for the record. */
    private byte[] answer(byte[] query) throws IOException {
        int question = HEADER;
        while (query[question] != 0) {
            question += query[question] + 1;
        }
        question += 5;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(query, 0, 2);
        out.writeShort(0x8180 | code);
        out.writeShort(1);
        out.writeShort(hosts.size());
        out.writeInt(0);
        out.write(query, HEADER, question - HEADER);
        for (Address host : hosts) {
            byte[] target = name(host.host());
            out.writeShort(0xc000 | HEADER);
            out.writeShort(SRV);
            out.writeShort(1);
            out.writeInt(30);
            out.writeShort(6 + target.length);
            out.writeShort(0);
            out.writeShort(0);
            out.writeShort(host.port());
            out.write(target);
        }
        return bytes.toByteArray();
    }

    private static byte[] name(String host) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String label : host.split("\\.")) {
            out.write(label.length());
            out.write(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.write(0);
        return out.toByteArray();
    }
}
