package dev.grapevine.wire;

/** The numbers of the frames' types. A number is never used again for something else. */
final class FrameType {

    static final int PING = 0x01;
    static final int ACK = 0x02;
    static final int PING_REQUEST = 0x03;
    static final int NACK = 0x04;
    static final int GOSSIP = 0x05;
    static final int SYNC = 0x06;
    static final int LEAVE = 0x07;
    static final int LEAVE_ACK = 0x08;
    static final int METADATA_REQUEST = 0x09;
    static final int METADATA = 0x0a;
    static final int SYNC_DIGEST = 0x0b;
    static final int SYNC_BUCKETS = 0x0c;
    static final int SYNC_HASHES = 0x0d;
    static final int SYNC_REQUEST = 0x0e;

    static final int PUBLICATIONS = 0x10;
    static final int STREAM_DIGEST = 0x11;
    static final int STREAM_QUERY = 0x12;
    static final int PULL = 0x13;
    static final int UNAVAILABLE = 0x14;
    static final int GRAFT = 0x15;
    static final int PRUNE = 0x16;
    static final int ANNOUNCEMENT = 0x17;
    static final int CHUNK_REQUEST = 0x18;
    static final int CHUNK = 0x19;

    static final int OPERATIONS = 0x20;
    static final int STORE_DIGEST = 0x21;
    static final int STATE_REQUEST = 0x22;
    static final int STATE_OFFER = 0x23;
    static final int STATE_CHUNK = 0x24;

    static final int NEIGHBOUR = 0x30;
    static final int RELEASE = 0x31;
    static final int DISCONNECT = 0x32;
    static final int JOIN = 0x33;
    static final int FORWARD_JOIN = 0x34;
    static final int SHUFFLE = 0x35;
    static final int SHUFFLE_REPLY = 0x36;

    static final int OFFER = 0x40;
    static final int ANSWER = 0x41;
    static final int VERDICTS = 0x42;

    private FrameType() {}
}
