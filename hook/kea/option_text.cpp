#include <asiolink/io_address.h>
#include <dhcp/option4_client_fqdn.h>
#include <dhcp/option6_client_fqdn.h>
#include <dhcp/option_custom.h>
#include <dhcp/option_data_types.h>
#include <dhcp/option_string.h>
#include <exceptions/exceptions.h>
#include <sys/socket.h>

#include "kea/options.h"

namespace kea_runscript {

using isc::asiolink::IOAddress;
using isc::dhcp::OptionBuffer;
using isc::dhcp::OptionDataTypeUtil;

namespace {

/// One value of a type that always has the same length; empty for any other type.
std::string value_of(isc::dhcp::OptionDataType type, const OptionBuffer& octets) {
    switch (type) {
        case isc::dhcp::OPT_BOOLEAN_TYPE:
            return OptionDataTypeUtil::readBool(octets) ? "1" : "0";
        case isc::dhcp::OPT_INT8_TYPE:
            return std::to_string(OptionDataTypeUtil::readInt<std::int8_t>(octets));
        case isc::dhcp::OPT_INT16_TYPE:
            return std::to_string(OptionDataTypeUtil::readInt<std::int16_t>(octets));
        case isc::dhcp::OPT_INT32_TYPE:
            return std::to_string(OptionDataTypeUtil::readInt<std::int32_t>(octets));
        case isc::dhcp::OPT_UINT8_TYPE:
            return std::to_string(OptionDataTypeUtil::readInt<std::uint8_t>(octets));
        case isc::dhcp::OPT_UINT16_TYPE:
            return std::to_string(OptionDataTypeUtil::readInt<std::uint16_t>(octets));
        case isc::dhcp::OPT_UINT32_TYPE:
            return std::to_string(OptionDataTypeUtil::readInt<std::uint32_t>(octets));
        case isc::dhcp::OPT_IPV4_ADDRESS_TYPE:
            return IOAddress::fromBytes(AF_INET, octets.data()).toText();
        case isc::dhcp::OPT_IPV6_ADDRESS_TYPE:
            return IOAddress::fromBytes(AF_INET6, octets.data()).toText();
        default:
            return {};
    }
}

void append(std::string& list, const std::string& item) {
    list.append(list.empty() ? "" : " ").append(item);
}

std::string values_of(const isc::dhcp::Option& option,
                      const isc::dhcp::OptionDefinition& definition) {
    const auto length =
        static_cast<std::size_t>(OptionDataTypeUtil::getDataTypeLen(definition.getType()));
    const OptionBuffer octets = option.toBinary();
    if (length == 0 || octets.size() % length != 0 ||
        (octets.size() != length && !definition.getArrayType())) {
        return {};
    }
    std::string values;
    for (auto at = octets.begin(); at != octets.end(); at += static_cast<long>(length)) {
        append(values,
               value_of(definition.getType(), OptionBuffer(at, at + static_cast<long>(length))));
    }
    return values;
}

std::string text_of_parsed(const isc::dhcp::Option& option,
                           const isc::dhcp::OptionDefinitionPtr& definition) {
    if (const auto* string = dynamic_cast<const isc::dhcp::OptionString*>(&option)) {
        return string->getValue();
    }
    if (const auto* name = dynamic_cast<const isc::dhcp::Option4ClientFqdn*>(&option)) {
        return name->getDomainName();
    }
    if (const auto* name = dynamic_cast<const isc::dhcp::Option6ClientFqdn*>(&option)) {
        return name->getDomainName();
    }
    if (!definition) {
        return {};
    }
    const auto* custom = dynamic_cast<const isc::dhcp::OptionCustom*>(&option);
    if (custom && definition->getType() == isc::dhcp::OPT_FQDN_TYPE) {
        std::string names;
        for (std::uint32_t i = 0; i < custom->getDataFieldsNum(); ++i) {
            append(names, custom->readFqdn(i));
        }
        return names;
    }
    return values_of(option, *definition);
}

}  // namespace

std::string text_of(const isc::dhcp::Option& option,
                    const isc::dhcp::OptionDefinitionPtr& definition) {
    try {
        return text_of_parsed(option, definition);
    } catch (const isc::Exception&) {
        // Octets that are not what the definition says; they are exported all the same.
        return {};
    }
}

}  // namespace kea_runscript
