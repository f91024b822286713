#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

namespace kea_runscript::route {

/// One request: the netlink header, the header of its family, attributes.
class Message {
public:
    template <typename Header>
    Message(std::uint16_t type, unsigned flags, const Header& header) {
        head()->nlmsg_len = NLMSG_HDRLEN;
        head()->nlmsg_type = type;
        head()->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
        append(&header, sizeof header);
    }

    void add(std::uint16_t type, const void* data, std::size_t size);

    nlmsghdr* head() { return reinterpret_cast<nlmsghdr*>(buffer_.data()); }

private:
    void append(const void* data, std::size_t size);

    alignas(nlmsghdr) std::array<char, 256> buffer_{};
};

/// The kernel's last word on a request.
struct Answer {
    int error = 0;             ///< errno, 0 for success
    std::string reason;        ///< in the kernel's words
    bool interrupted = false;  ///< a listing during which what it lists has changed
};

/// A socket to the routing part of the kernel. Throws Failure(kernel) where it fails as such.
class Netlink {
public:
    using Visitor = std::function<void(const nlmsghdr& message)>;

    /// `piece`: a listing comes in pieces of at most so many octets, and no message may be longer.
    explicit Netlink(std::size_t piece = kBuffer);
    ~Netlink();
    Netlink(const Netlink&) = delete;
    Netlink& operator=(const Netlink&) = delete;
    Netlink(Netlink&&) = delete;
    Netlink& operator=(Netlink&&) = delete;

    /// Sends one request and waits for its end; `visit` gets each message that it yields.
    Answer ask(Message& message, const Visitor& visit);

    /// The same in steps, for a request that yields much: sends it, then reads a piece of what it
    /// yields, and another one, until there is an answer.
    void send(Message& message);
    std::optional<Answer> receive(const Visitor& visit);

private:
    static constexpr std::size_t kBuffer = 32768;

    int socket_;
    std::size_t piece_;
    std::uint32_t sequence_ = 0;
    bool interrupted_ = false;
    alignas(nlmsghdr) std::array<char, kBuffer> buffer_;
};

}  // namespace kea_runscript::route
