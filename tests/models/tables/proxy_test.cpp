// The proxy against a plain computation of what it has to show, over random histories; and the
// sort that can be interrupted.
#include "models/base/filter_proxy.h"
#include "models/base/keyed_table_model.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QRandomGenerator>
#include <QtTest>
#include <numeric>

using namespace Qt::StringLiterals;
using namespace slipway::models;

namespace
{

struct Thing {
    QString name;
    int number = 0;
    bool operator==(const Thing &) const = default;
};

class ThingModel : public KeyedTableModel<int, Thing>
{
public:
    using KeyedTableModel::applyBatch;

protected:
    int columns() const override { return 2; }
    QVariant cell(const Thing &thing, int column, int role) const override
    {
        if (role == SearchRole || (column == 0 && (role == Qt::DisplayRole || role == SortRole))) {
            return thing.name;
        }
        return role == Qt::DisplayRole || role == SortRole ? QVariant(thing.number) : QVariant();
    }
    QVariant headerCell(int, int) const override { return {}; }
    bool differs(const Thing &before, const Thing &after) const override
    {
        return !(before == after);
    }
};

Thing someThing(QRandomGenerator &random)
{
    return {u"thing "_s + QString::number(random.bounded(400)), int(random.bounded(50))};
}

// Names end in a number and differ in nothing else.
int nameNumber(const QString &name)
{
    return name.section(u' ', 1).toInt();
}

} // namespace

class ProxyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sortsInPiecesAsAtOnce();
    void showsWhatItShould_data();
    void showsWhatItShould();
    void keepsTheSelection();
    void takesChangesWhileItSorts();
    void outlivesItsSource();

private:
    void fill(int rows);
    void change(ThingModel::Batch &batch);
    QList<int> expected() const;
    QList<int> shown() const;
    void settle()
    {
        QVERIFY(QTest::qWaitFor([this] { return !m_proxy->isSettling(); }, 20000));
    }

    QRandomGenerator m_random;
    std::unique_ptr<ThingModel> m_model;
    std::unique_ptr<FilterProxy> m_proxy;
    int m_next_key = 0;
    int m_column = 1;
    Qt::SortOrder m_direction = Qt::AscendingOrder;
    QString m_words;
};

void ProxyTest::sortsInPiecesAsAtOnce()
{
    QRandomGenerator random(7);
    const auto less = [](const auto &a, const auto &b) { return a.first < b.first; };
    for (const int size : {0, 1, 2, 1023, 1024, 1025, 4096, 10'001}) {
        std::vector<std::pair<int, int>> items;
        for (int i = 0; i < size; ++i) {
            items.emplace_back(int(random.bounded(100)), i);
        }
        SlicedSort<std::pair<int, int>> sort;
        sort.start(items);
        while (sort.step(less)) {
        }
        std::stable_sort(items.begin(), items.end(), less);
        QVERIFY2(sort.take() == items, qPrintable(QString::number(size)));
    }
}

void ProxyTest::fill(int rows)
{
    m_proxy.reset();
    m_model = std::make_unique<ThingModel>();
    m_proxy = std::make_unique<FilterProxy>();
    m_proxy->setSourceModel(m_model.get());
    m_words.clear();
    ThingModel::Batch batch;
    for (int i = 0; i < rows; ++i) {
        batch.upserts.emplace_back(m_next_key++, someThing(m_random));
    }
    m_model->applyBatch(std::move(batch));
    m_proxy->sort(m_column, m_direction);
}

// Some rows come, some go, some change.
void ProxyTest::change(ThingModel::Batch &batch)
{
    const auto rows = quint32(m_model->rowCount());
    const auto some = std::min(rows / 10, 50U) + 3;
    for (quint32 i = m_random.bounded(some); i > 0; --i) {
        batch.upserts.emplace_back(m_next_key++, someThing(m_random));
    }
    for (quint32 i = rows == 0 ? 0 : m_random.bounded(some); i > 0; --i) {
        batch.removals.push_back(m_model->keyAt(int(m_random.bounded(rows))));
    }
    for (quint32 i = rows == 0 ? 0 : m_random.bounded(some); i > 0; --i) {
        batch.upserts.emplace_back(m_model->keyAt(int(m_random.bounded(rows))),
                                   someThing(m_random));
    }
}

QList<int> ProxyTest::expected() const
{
    QList<int> rows;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_words.isEmpty() || m_model->rowAt(row).name.contains(m_words)) {
            rows << row;
        }
    }
    const auto value = [this](int row) {
        const auto &thing = m_model->rowAt(row);
        const int key = m_column == 0 ? nameNumber(thing.name) : thing.number;
        return m_direction == Qt::AscendingOrder ? key : -key;
    };
    std::stable_sort(rows.begin(), rows.end(),
                     [&value](int a, int b) { return value(a) < value(b); });
    return rows;
}

QList<int> ProxyTest::shown() const
{
    QList<int> rows;
    for (int row = 0; row < m_proxy->rowCount(); ++row) {
        const auto source = m_proxy->mapToSource(m_proxy->index(row, 0));
        if (m_proxy->mapFromSource(source).row() != row) {
            return {-1};
        }
        rows << source.row();
    }
    return rows;
}

void ProxyTest::showsWhatItShould_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("rounds");
    QTest::newRow("none") << 0 << 20;
    QTest::newRow("small, at once") << 60 << 300;
    QTest::newRow("large, in slices") << 4000 << 20;
}

void ProxyTest::showsWhatItShould()
{
    QFETCH(int, rows);
    QFETCH(int, rounds);
    const auto seed = qEnvironmentVariableIntValue("SLIPWAY_SEED");
    m_random.seed(seed == 0 ? 20261121U : quint32(seed));
    fill(rows);
    const QAbstractItemModelTester watch(m_proxy.get(),
                                         QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (int round = 0; round < rounds && !QTest::currentTestFailed(); ++round) {
        ThingModel::Batch batch;
        change(batch);
        m_model->applyBatch(std::move(batch));
        if (m_random.bounded(3) == 0) {
            m_column = m_random.bounded(2);
            m_direction = m_random.bounded(2) == 0 ? Qt::AscendingOrder : Qt::DescendingOrder;
            m_proxy->sort(m_column, m_direction);
        }
        if (m_random.bounded(3) == 0) {
            m_words = m_random.bounded(2) == 0 ? QString() : QString::number(m_random.bounded(40));
            m_proxy->setFilterText(m_words);
        }
        if (m_random.bounded(4) != 0) { // otherwise the next batch comes while it sorts
            settle();
            QVERIFY2(shown() == expected(), qPrintable(u"round %1"_s.arg(round)));
        }
    }
}

void ProxyTest::keepsTheSelection()
{
    m_random.seed(5);
    fill(7000);
    settle();
    QItemSelectionModel selection(m_proxy.get());
    const auto key = [this](const QModelIndex &index) {
        return m_model->keyAt(m_proxy->mapToSource(index).row());
    };
    const auto chosen = m_proxy->index(4321, 0);
    const int chosen_key = key(chosen);
    selection.setCurrentIndex(chosen,
                              QItemSelectionModel::SelectCurrent | QItemSelectionModel::Rows);
    m_proxy->sort(0, Qt::DescendingOrder);
    settle();
    ThingModel::Batch batch;
    for (int row = 0; row < m_model->rowCount(); row += 3) {
        if (m_model->keyAt(row) != chosen_key) {
            batch.removals.push_back(m_model->keyAt(row));
        }
    }
    m_model->applyBatch(std::move(batch));
    settle();
    QCOMPARE(selection.selectedRows().size(), 1);
    QCOMPARE(key(selection.currentIndex()), chosen_key);
    QCOMPARE(key(selection.selectedRows().first()), chosen_key);
}

// Each turn of the event loop brings a batch; the order is there some time all the same.
void ProxyTest::takesChangesWhileItSorts()
{
    m_random.seed(11);
    fill(20'000);
    settle();
    m_column = 0;
    m_proxy->sort(m_column, m_direction);
    for (int turn = 0; turn < 40; ++turn) {
        ThingModel::Batch batch;
        batch.removals.push_back(m_model->keyAt(int(m_random.bounded(m_model->rowCount()))));
        batch.upserts.emplace_back(m_next_key++, someThing(m_random));
        m_model->applyBatch(std::move(batch));
        QTest::qWait(0);
    }
    settle();
    QVERIFY(shown() == expected());
}

void ProxyTest::outlivesItsSource()
{
    fill(10);
    QCOMPARE(m_proxy->rowCount(), 10);
    m_model.reset();
    QCOMPARE(m_proxy->rowCount(), 0);
    QVERIFY(!m_proxy->index(0, 0).isValid());
}

QTEST_GUILESS_MAIN(ProxyTest)
#include "proxy_test.moc"
