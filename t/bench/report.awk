# For t/bench/report: targets, then results, to one line for each pair of numbers of a workload.
function middle(list, n,   i, j, swap) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && list[j] < list[j - 1]; j--) { swap = list[j]; list[j] = list[j - 1]; list[j - 1] = swap }
	least = list[1]
	most = list[n]
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}
FNR == NR {
	if ($0 !~ /^#/) aim[$1, $2, $3] = $4 " " $5
	next
}
{
	figure[$1, $2, $3] = $4
	unit[$1, $2] = $5
	if (!(($1, $2) in known)) { known[$1, $2] = 1; whos[$1] = whos[$1] " " $2 }
	if (!($1 in rounds)) works[++count] = $1
	if ($3 + 1 > rounds[$1]) rounds[$1] = $3 + 1
}
function list_of(work, who,   r, n) {
	n = 0
	for (r = 0; r < rounds[work]; r++) if ((work, who, r) in figure) values[++n] = figure[work, who, r]
	return n
}
function judged(target, value,   part) {
	if (target == "") return "\t"
	split(target, part, " ")
	return target "\t" ((part[1] == ">=" ? value >= part[2] : value <= part[2]) ? "met" : "NOT MET")
}
function beside(work, mine, other,   n, r, own, others, ratio, low, high) {
	n = list_of(work, mine); own = middle(values, n)
	n = list_of(work, other); others = middle(values, n)
	n = 0
	for (r = 0; r < rounds[work]; r++)
		if (figure[work, other, r] > 0) values[++n] = figure[work, mine, r] / figure[work, other, r]
	ratio = middle(values, n); low = least; high = most
	printf "%s\t%s\t%s\t%s\t%s\t%s\t%.3f\t%.3f\t%.3f\t%s\n", work, mine, own, other, others, unit[work, mine], ratio, low, high,
		judged(aim[work, mine, other], ratio)
}
function alone(work, mine,   own) {
	own = middle(values, list_of(work, mine))
	printf "%s\t%s\t%s\t-\t\t%s\t\t%s\t%s\t%s\n", work, mine, own, unit[work, mine], least, most, judged(aim[work, mine, "-"], own)
}
# A percentile is compared with the same one of the others: silo_p99 with hello_p99.
function own_of(who) { return match(who, /_p[0-9]+$/) ? "silo" substr(who, RSTART) : "silo" }
END {
	for (w = 1; w <= count; w++) {
		work = works[w]
		n = split(whos[work], who, " ")
		for (i = 1; i <= n; i++) {
			own = own_of(who[i])
			if (who[i] != own && (work, own) in known && unit[work, who[i]] == unit[work, own]) beside(work, own, who[i])
			else if (who[i] != own || n == 1) alone(work, who[i])
		}
	}
}
