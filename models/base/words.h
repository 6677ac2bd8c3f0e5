// Numbers, times and ids as people read them. One place, so that all pages say it the same way.
#pragma once

#include <QString>
#include <cstdint>
#include <string>

namespace slipway::models
{

inline QString text(const std::string &utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}
inline std::string utf8(const QString &text)
{
    const auto bytes = text.toUtf8();
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

QString countWords(std::uint64_t count); // "1,284"
QString plural(std::uint64_t count, const char *one,
               const char *many);                 // "1 instance", "7 instances"
QString rateWords(double per_second);             // "0", "0.4", "12", "1,284"
QString percentWords(std::uint32_t permille);     // "24 %", "0.4 %"
QString bytesWords(std::uint64_t bytes);          // "220 MB", "1.75 GB"
QString megabytesWords(std::uint64_t bytes);      // "1,792 MB": for values compared in MB
QString latencyWords(std::uint32_t microseconds); // "0.8 ms", "11 ms", "1.2 s"
QString durationWords(std::int64_t ms);           // "12 s", "6 min", "3 h", "3 d"
QString spanWords(std::int64_t ms);               // as above; "652 ms", "1.4 s" below 10 s
QString ageWords(std::int64_t then_ms, std::int64_t now_ms); // "6 min ago", "just now"
QString timeWords(std::int64_t ms);                          // "09:41:12", local time
QString momentWords(std::int64_t ms);           // the same; "03-14 09:41" on other days
QString dateTimeWords(std::int64_t ms);         // "2026-03-14 09:41:12"
QString shortDigest(const std::string &digest); // "9f31c2e7"
QString shortId(const std::string &id);         // first 8 characters
// "0.84 EUR / h"; empty when no price or no currency is filled in.
QString priceWords(std::int64_t micros_per_hour, const std::string &currency);

} // namespace slipway::models
