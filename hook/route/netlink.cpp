#include "route/netlink.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "route/failure.h"

namespace kea_runscript::route {

namespace {

[[noreturn]] void fail(const char* what) {
    throw Failure(Exit::kernel, std::string("netlink: ") + what + ": " + std::strerror(errno));
}

Answer read_error(const nlmsghdr& message) {
    Answer answer;
    nlmsgerr error{};
    std::memcpy(&error, NLMSG_DATA(&message), sizeof error);
    answer.error = -error.error;
    answer.reason = std::strerror(answer.error);
    // NETLINK_CAP_ACK: the request is not repeated in between.
    const char* rest = static_cast<const char*>(NLMSG_DATA(&message)) + sizeof error;
    const char* end = reinterpret_cast<const char*>(&message) + message.nlmsg_len;
    while ((message.nlmsg_flags & NLM_F_ACK_TLVS) != 0 && rest + NLA_HDRLEN <= end) {
        nlattr attribute{};
        std::memcpy(&attribute, rest, sizeof attribute);
        if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > end - rest) {
            break;
        }
        if (attribute.nla_type == NLMSGERR_ATTR_MSG) {
            answer.reason.assign(rest + NLA_HDRLEN,
                                 strnlen(rest + NLA_HDRLEN, attribute.nla_len - NLA_HDRLEN));
        }
        rest += NLA_ALIGN(attribute.nla_len);
    }
    return answer;
}

}  // namespace

void Message::append(const void* data, std::size_t size) {
    const std::size_t start = NLMSG_ALIGN(head()->nlmsg_len);
    if (start + size > buffer_.size()) {
        throw std::length_error("a netlink request is too long");
    }
    std::memcpy(buffer_.data() + start, data, size);
    head()->nlmsg_len = static_cast<std::uint32_t>(start + size);
}

void Message::add(std::uint16_t type, const void* data, std::size_t size) {
    const nlattr attribute{static_cast<std::uint16_t>(NLA_HDRLEN + size), type};
    append(&attribute, sizeof attribute);
    append(data, size);
}

Netlink::Netlink(std::size_t piece)
    : socket_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)),
      piece_(std::min(piece, kBuffer)) {
    if (socket_ < 0) {
        fail("cannot open a socket");
    }
    const int on = 1;
    for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK}) {
        if (setsockopt(socket_, SOL_NETLINK, option, &on, sizeof on) != 0) {
            fail("this kernel is too old (4.20 is needed)");
        }
    }
}

Netlink::~Netlink() {
    close(socket_);
}

Answer Netlink::ask(Message& message, const Visitor& visit) {
    send(message);
    std::optional<Answer> answer;
    while (!answer) {
        answer = receive(visit);
    }
    return *answer;
}

void Netlink::send(Message& message) {
    message.head()->nlmsg_seq = ++sequence_;
    interrupted_ = false;
    if (::send(socket_, message.head(), message.head()->nlmsg_len, 0) < 0) {
        fail("cannot send");
    }
}

std::optional<Answer> Netlink::receive(const Visitor& visit) {
    sockaddr_nl sender{};
    socklen_t sender_size = sizeof sender;
    const ssize_t size = recvfrom(socket_, buffer_.data(), piece_, MSG_TRUNC,
                                  reinterpret_cast<sockaddr*>(&sender), &sender_size);
    if (size < 0 && errno == EINTR) {
        return std::nullopt;
    }
    if (size < 0 || static_cast<std::size_t>(size) > piece_) {
        fail("cannot receive");
    }
    if (sender.nl_pid != 0) {  // only the kernel's word counts
        return std::nullopt;
    }
    auto left = static_cast<unsigned>(size);
    for (auto* part = reinterpret_cast<nlmsghdr*>(buffer_.data()); NLMSG_OK(part, left);
         part = NLMSG_NEXT(part, left)) {
        if (part->nlmsg_seq != sequence_) {
            continue;
        }
        interrupted_ = interrupted_ || (part->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (part->nlmsg_type == NLMSG_ERROR) {
            return read_error(*part);
        }
        if (part->nlmsg_type == NLMSG_DONE) {
            int error = 0;
            std::memcpy(&error, NLMSG_DATA(part), sizeof error);
            return Answer{-error, std::strerror(-error), interrupted_};
        }
        visit(*part);
    }
    return std::nullopt;
}

}  // namespace kea_runscript::route
