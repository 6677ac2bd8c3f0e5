#include "models/base/words.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <algorithm>

namespace slipway::models
{

using namespace Qt::StringLiterals;

namespace
{

constexpr double kMegabyte = 1024.0 * 1024.0;

QString tr(const char *source)
{
    return QCoreApplication::translate("Words", source);
}

QString decimal(double value, int digits)
{
    return QLocale().toString(value, 'f', digits);
}

} // namespace

QString countWords(std::uint64_t count)
{
    return QLocale().toString(static_cast<qulonglong>(count));
}

QString plural(std::uint64_t count, const char *one, const char *many)
{
    return countWords(count) + u' ' + tr(count == 1 ? one : many);
}

QString rateWords(double per_second)
{
    if (per_second <= 0.0) {
        return u"0"_s;
    }
    return decimal(per_second, per_second < 9.95 ? 1 : 0);
}

QString percentWords(std::uint32_t permille)
{
    const double percent = permille / 10.0;
    return decimal(percent, permille > 0 && permille < 10 ? 1 : 0) + u" %"_s;
}

QString bytesWords(std::uint64_t bytes)
{
    if (bytes == 0) {
        return u"0"_s;
    }
    const auto megabytes = static_cast<double>(bytes) / kMegabyte;
    if (megabytes < 0.95) {
        return decimal(static_cast<double>(bytes) / 1024.0, 0) + u" KB"_s;
    }
    if (megabytes < 1024.0) {
        return decimal(megabytes, megabytes < 9.95 ? 1 : 0) + u" MB"_s;
    }
    const auto gigabytes = megabytes / 1024.0;
    return decimal(gigabytes, gigabytes < 9.95 ? 2 : 0) + u" GB"_s;
}

QString megabytesWords(std::uint64_t bytes)
{
    return decimal(static_cast<double>(bytes) / kMegabyte, 0) + u" MB"_s;
}

QString latencyWords(std::uint32_t microseconds)
{
    const double ms = microseconds / 1000.0;
    if (ms >= 1000.0) {
        return decimal(ms / 1000.0, 1) + u" s"_s;
    }
    return decimal(ms, ms < 9.95 ? 1 : 0) + u" ms"_s;
}

QString durationWords(std::int64_t ms)
{
    const auto seconds = std::max<std::int64_t>(ms, 0) / 1000;
    if (seconds < 60) {
        return QString::number(seconds) + u" s"_s;
    }
    if (seconds < 3600) {
        return QString::number(seconds / 60) + u" min"_s;
    }
    if (seconds < 48 * 3600) {
        return QString::number(seconds / 3600) + u" h"_s;
    }
    return QString::number(seconds / 86400) + u" d"_s;
}

QString spanWords(std::int64_t ms)
{
    constexpr std::int64_t kShort_ms = 9'950;
    if (ms < 1000) {
        return QString::number(std::max<std::int64_t>(ms, 0)) + u" ms"_s;
    }
    return ms < kShort_ms
               ? decimal(static_cast<double>(std::max<std::int64_t>(ms, 0)) / 1000.0, 1) + u" s"_s
               : durationWords(ms);
}

QString ageWords(std::int64_t then_ms, std::int64_t now_ms)
{
    if (then_ms <= 0) {
        return {};
    }
    if (now_ms - then_ms < 2000) {
        return tr("just now");
    }
    return tr("%1 ago").arg(durationWords(now_ms - then_ms));
}

QString timeWords(std::int64_t ms)
{
    return QDateTime::fromMSecsSinceEpoch(ms).toString(u"HH:mm:ss"_s);
}

QString momentWords(std::int64_t ms)
{
    const auto moment = QDateTime::fromMSecsSinceEpoch(ms);
    const bool today = moment.date() == QDate::currentDate();
    return moment.toString(today ? u"HH:mm:ss"_s : u"MM-dd HH:mm"_s);
}

QString dateTimeWords(std::int64_t ms)
{
    return QDateTime::fromMSecsSinceEpoch(ms).toString(u"yyyy-MM-dd HH:mm:ss"_s);
}

QString shortDigest(const std::string &digest)
{
    const auto colon = digest.find(':');
    return text(digest.substr(colon == std::string::npos ? 0 : colon + 1, 8));
}

QString shortId(const std::string &id)
{
    return text(id.substr(0, 8));
}

QString priceWords(std::int64_t micros_per_hour, const std::string &currency)
{
    if (micros_per_hour <= 0 || currency.empty()) {
        return {};
    }
    return tr("%1 %2 / h")
        .arg(decimal(static_cast<double>(micros_per_hour) / 1e6, 2), text(currency));
}

} // namespace slipway::models
